// Command viplab-node is what a lab starts on its nodes: their init, the embedded
// services and the stand-in commands.
//
// viplab and test binaries can do all of it themselves, and do where this command
// is not beside them. It exists because it is small: a guest kernel starts it in
// a third of the time.
package main

import (
	"fmt"
	"os"

	"github.com/viplab/viplab/lab/node"
	"github.com/viplab/viplab/lab/service"
)

func main() {
	node.Main()
	service.Dispatch()
	fmt.Fprintln(os.Stderr, "viplab-node: labs start this on their nodes; it is of no use by itself")
	os.Exit(2)
}
