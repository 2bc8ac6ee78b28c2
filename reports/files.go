package reports

import (
	"fmt"
	"io"
	"os"

	"github.com/viplab/viplab/lab/timeline"
)

// DirEvents reads the timelines of a run directory. A path that leads out of it
// is an error: a report may come from elsewhere.
func DirEvents(dir string) Events {
	return func(r *Result) ([]timeline.Event, error) {
		f, err := os.OpenInRoot(dir, r.Artifacts.Timeline)
		if err != nil {
			return nil, fmt.Errorf("open timeline: %w", err)
		}
		defer f.Close()
		return timeline.Read(f)
	}
}

// WriteDir writes report.json, junit.xml and report.html into a run directory,
// each whole or not at all.
func WriteDir(dir string, r *Report) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("write reports: %w", err)
	}
	defer root.Close()
	for _, f := range []struct {
		name  string
		write func(io.Writer) error
	}{
		{"report.json", func(w io.Writer) error { return WriteJSON(w, r) }},
		{"junit.xml", func(w io.Writer) error { return WriteJUnit(w, r) }},
		{"report.html", func(w io.Writer) error { return WriteHTML(w, r, DirEvents(dir)) }},
	} {
		if err := replace(root, f.name, f.write); err != nil {
			return fmt.Errorf("write %s: %w", f.name, err)
		}
	}
	return nil
}

// replace writes a file beside its place and renames it there.
func replace(root *os.Root, name string, write func(io.Writer) error) error {
	part := name + ".part"
	f, err := root.Create(part)
	if err != nil {
		return err
	}
	err = write(f)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = root.Rename(part, name)
	}
	if err != nil {
		_ = root.Remove(part) // it is of no use; why it is there is what matters
	}
	return err
}
