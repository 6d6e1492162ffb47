// Prints the device that the webgpu backend would use, or why there is none.
import { selectBackend } from "#engine";

selectBackend({ backend: "webgpu" }).then(
  ({ device }) => console.log(`device: ${device}`),
  (error: Error) => console.log(error.message),
);
