package reports

import (
	"fmt"
	"io"
	"os"
)

// WriteDir writes report.json, junit.xml and report.html into a run directory,
// each whole or not at all. Paths of artifacts are from there.
func (r *Report) WriteDir(dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("write reports: %w", err)
	}
	defer root.Close()
	for _, f := range []struct {
		name  string
		write func(io.Writer) error
	}{
		{"report.json", r.WriteJSON},
		{"junit.xml", r.WriteJUnit},
		{"report.html", func(w io.Writer) error { return r.WriteHTML(w, root.FS()) }},
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
