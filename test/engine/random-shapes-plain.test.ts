// The same for the build without fused multiply-add, with tiles of its own, that other engines and processors get.
process.env["TSLAB_GAN_FMA"] = "0";
void import("./random-shapes.test.js");
