package track

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/notify"
	"github.com/viplab/viplab/daemon/vrrp"
)

// file is a track_file that something tracks.
type file struct {
	log    notify.Logger
	name   string
	path   string
	places []place // that decide which file it is
	polled bool    // since it cannot be watched

	result vrrp.Result
	said   string // the last complaint
}

// newFile returns the file of a configuration, not looked at yet.
func newFile(log notify.Logger, c *conf.TrackFile) *file {
	path, err := filepath.Abs(c.Path)
	if err != nil {
		path = c.Path
	}
	return &file{log: log, name: c.Name, path: path, result: vrrp.Result{Tracker: vrrp.Tracker{Kind: vrrp.File, Name: c.Name}}}
}

// look reads the file, and reports whether its number is another one than before.
// One that is missing or cannot be read has 0; what is no number of 32 bits leaves
// things as they were.
func (f *file) look() (changed bool) {
	n, err := readNumber(f.path)
	r := vrrp.Result{Tracker: f.result.Tracker, Known: true, Up: err == nil, Value: n, Text: fmt.Sprintf("is %d", n)}
	var bad *numberError
	switch {
	case err == nil:
		f.said = ""
	case errors.Is(err, fs.ErrNotExist):
		f.said = ""
		r.Text = "is 0, there is no file"
	case errors.As(err, &bad):
		f.complain("Invalid number %s read from %s - ignoring", bad.text, f.path)
		r.Value = f.result.Value
		r.Text = fmt.Sprintf("is %d still, no number that can be used", r.Value)
	default:
		f.complain("track_file %s: %v; it counts as 0", f.name, err)
		r.Text = "is 0, cannot be read"
	}
	changed = !f.result.Known || f.result.Value != r.Value
	f.result = r
	return changed
}

// refollow finds out which names are to be watched, and reports whether they are
// others than before.
func (f *file) refollow() (changed bool) {
	old := f.places
	f.places = follow(f.path)
	return !slices.Equal(old, f.places)
}

// complain logs what is wrong, once.
func (f *file) complain(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); text != f.said {
		f.said = text
		f.log.Printf("%s", text)
	}
}
