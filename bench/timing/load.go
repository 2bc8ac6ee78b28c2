package main

import (
	"fmt"
	"os/exec"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// hog keeps every CPU busy until stop is called.
func hog() (stop func(), err error) {
	var hogs []*exec.Cmd
	stop = func() {
		for _, c := range hogs {
			_ = c.Process.Kill()
			_ = c.Wait()
		}
	}
	for range runtime.NumCPU() {
		c := exec.Command("sh", "-c", "while :; do :; done")
		c.SysProcAttr = &unix.SysProcAttr{Pdeathsig: unix.SIGKILL}
		if err := c.Start(); err != nil {
			stop()
			return nil, fmt.Errorf("start a busy loop: %w", err)
		}
		hogs = append(hogs, c)
	}
	return stop, nil
}

// floodRate is in packets a second.
const floodRate = 50_000

// flood sends adverts of a VRID that nobody has to h until stop is called.
func flood(h *host) (stop func(), err error) {
	w, err := h.openWire()
	if err != nil {
		return nil, err
	}
	frame, err := w.advert(255, 100, time.Second)
	if err != nil {
		w.close()
		return nil, fmt.Errorf("build advert: %w", err)
	}
	end, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		defer w.close()
		const beat = time.Millisecond
		t := time.NewTicker(beat)
		defer t.Stop()
		for {
			select {
			case <-end:
				return
			case <-t.C:
			}
			for range floodRate / int(time.Second/beat) {
				if w.send(frame) != nil {
					return
				}
			}
		}
	}()
	return func() { close(end); <-done }, nil
}
