package kernel

// Feature names something that a kernel can do.
type Feature string
