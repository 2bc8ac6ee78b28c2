package vrrpd

import (
	"os"
	"os/signal"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/logs"
)

// watchOverruns logs the kernel's word that a real-time thread has run for longer
// than RLIMIT_RTTIME, until stop is called. A process without a handler would be
// ended by it.
func watchOverruns(log *logs.Log) (stop func()) {
	overruns, done := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(overruns, unix.SIGXCPU)
	go func() {
		defer close(done)
		for range overruns {
			log.Printf("a real-time thread has run for longer than vrrp_rlimit_rttime without a pause")
		}
	}()
	return func() {
		signal.Stop(overruns)
		close(overruns)
		<-done
	}
}
