package logs

import (
	"os"
	"time"
)

// lookInterval is how often it is seen to that the file is still the one at its
// path.
const lookInterval = time.Second

// file appends lines to a file. Where it cannot be opened it is tried again, for
// the directory may be mounted later.
type file struct {
	console
	name   string
	now    func() time.Time
	f      *os.File
	looked time.Time
}

func (f *file) write(n *line) {
	if now := f.now(); now.Sub(f.looked) >= lookInterval || now.Before(f.looked) {
		f.looked = now
		f.look()
	}
	if f.f != nil {
		f.console.write(n)
	}
}

// look opens the file, anew if somebody has moved it away.
func (f *file) look() {
	if f.f != nil {
		have, err := f.f.Stat()
		if at, err2 := os.Stat(f.name); err == nil && err2 == nil && os.SameFile(have, at) {
			return
		}
		f.close()
	}
	g, err := os.OpenFile(f.name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o640)
	if err == nil {
		f.f, f.w = g, g
	}
}

func (f *file) reopen() {
	f.close()
	f.look()
}

func (f *file) close() {
	if f.f != nil {
		_ = f.f.Close()
		f.f = nil
	}
}
