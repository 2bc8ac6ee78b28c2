package conf

import (
	"fmt"
	"io"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
)

// WriteText writes the effective configuration in the language of the file, each
// value with a comment that says which line set it, or that it is the default.
// Reading it again gives the same model.
func (c *Config) WriteText(w io.Writer) error {
	return c.write(func(root *schema.Block) error { return root.WriteText(w, c) })
}

// WriteBare is WriteText for a program: with comments only where blocks begin.
func (c *Config) WriteBare(w io.Writer) error {
	return c.write(func(root *schema.Block) error { return root.WriteBare(w, c) })
}

// WriteJSON writes the effective configuration as one JSON object; see
// schema.WriteJSON for its form.
func (c *Config) WriteJSON(w io.Writer) error {
	return c.write(func(root *schema.Block) error { return schema.WriteJSON(w, root.Entries(c)) })
}

func (c *Config) write(form func(root *schema.Block) error) error {
	root, err := table()
	if err != nil {
		return fmt.Errorf("keyword table: %w", err)
	}
	if err := form(root); err != nil {
		return fmt.Errorf("write configuration: %w", err)
	}
	return nil
}

// Lines finds the lines of the files that were read, for showing diagnostics.
// A nil Config has none.
func (c *Config) Lines() diag.Source {
	if c == nil {
		return nil
	}
	return diag.Lines(func(file string) (string, bool) {
		for _, s := range c.sources {
			if s.Name == file {
				return s.Text, true
			}
		}
		return "", false
	})
}
