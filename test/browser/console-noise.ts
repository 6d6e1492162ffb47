/**
 * What Jupyter's own pages write to the console as errors, whatever the notebook shows. Everything else that is an
 * error fails the tests.
 */
const known: { readonly pattern: RegExp; readonly why: string }[] = [
  {
    pattern:
      /^console: (Access to font at 'about:blank'|Failed to load resource: net::ERR_FAILED \(about:blank\))/,
    why: "Notebook 6: MathJax 2 looks whether web fonts work",
  },
  {
    pattern:
      /^console: (Failed to load resource|Refused to execute script).*\/nbextensions\/widgets\/notebook\/js\/extension\.js/,
    why: "Notebook 6 always tries the widgets' extension, which is a package of its own",
  },
  {
    pattern: /^console: Failed to load resource: .*404.*\/lsp\/status/,
    why: "JupyterLab asks for language servers, which is an extension of its own",
  },
  {
    pattern:
      /^uncaught: Cannot read properties of undefined \(reading 'type'\)[^]*packages_notebook_lib_index_js/,
    why: "JupyterLab 4.0: a cell comes into view before the table of contents has its headings",
  },
];

export function isKnownNoise(text: string): boolean {
  return known.some(({ pattern }) => pattern.test(text));
}
