package kernel

import (
	"bytes"
	"os"
	"strings"
)

// consoleKept is how much of a guest kernel's last words is kept.
const consoleKept = 16 << 10

// console keeps the end of what a guest kernel prints.
type console struct {
	done chan struct{}
	kept []byte // until done is closed only the reader touches it
}

// readConsole reads and closes from, until its end.
func readConsole(from *os.File) *console {
	c := &console{done: make(chan struct{})}
	go func() {
		defer close(c.done)
		defer from.Close()
		buffer := make([]byte, 4096)
		for {
			n, err := from.Read(buffer)
			c.kept = append(c.kept, buffer[:n]...)
			if over := len(c.kept) - consoleKept; over > 0 {
				c.kept = append(c.kept[:0], c.kept[over:]...)
			}
			if err != nil {
				return
			}
		}
	}()
	return c
}

// text returns what was kept, after the guest has ended.
func (c *console) text() string {
	<-c.done
	lines := bytes.Split(c.kept, []byte("\n"))
	var kept []string
	for _, line := range lines {
		if text := strings.TrimRight(string(line), " \r"); text != "" {
			kept = append(kept, text)
		}
	}
	return strings.Join(kept, "\n")
}
