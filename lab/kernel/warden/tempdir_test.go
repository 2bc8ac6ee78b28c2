package warden

import (
	"os"
	"sync"
	"testing"
)

// Wardens that start while others clear up must not lose their folders.
func TestNewFolderIsNotTakenForAStaleOne(t *testing.T) {
	base := t.TempDir()
	stop := make(chan struct{})
	var sweeping sync.WaitGroup
	for range 2 {
		sweeping.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					removeStale(base)
				}
			}
		})
	}
	for range 2000 {
		d, err := makeTemp(base)
		if err != nil {
			t.Error(err)
			break
		}
		if _, err := os.Stat(d.path); err != nil {
			t.Errorf("a locked folder is gone: %v", err)
		}
		if err := d.remove(); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	sweeping.Wait()
}
