package process

import "runtime"

// Spare gives Go's scheduler more processors than there are CPUs. A thread that
// keeps time takes one along into its waits, and so does, for up to ten
// milliseconds, each thread that waits in the kernel for something else; the
// others, those who write the log for example, would wait with them. With one CPU
// there is only one more, for then the collector waits in a loop for threads that
// it keeps from running.
func Spare() {
	n := runtime.GOMAXPROCS(0)
	runtime.GOMAXPROCS(n + min(n, 3))
}
