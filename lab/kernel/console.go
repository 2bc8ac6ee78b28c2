package kernel

import (
	"bytes"
	"os"
	"strings"
	"time"
)

// consoleKept is how much of a guest kernel's last words is kept.
const consoleKept = 16 << 10

// console keeps the end of what a guest kernel prints.
type console struct {
	from *os.File
	done chan struct{}
	kept []byte // until done is closed only the reader touches it
}

// readConsole reads and closes from, until its end.
func readConsole(from *os.File) *console {
	c := &console{from: from, done: make(chan struct{})}
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

// consolePatience is how long the console's end may take once the guest is gone.
// It takes longer only if somebody else has got hold of the pipe.
const consolePatience = time.Second

// text returns what was kept, after the guest has ended.
func (c *console) text() string {
	_ = c.from.SetReadDeadline(time.Now().Add(consolePatience)) // a pipe can always do that
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
