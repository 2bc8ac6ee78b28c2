package yamlfile

import "fmt"

// UnknownError says that nothing of a kind has a name that was asked for.
type UnknownError struct {
	Kind string // topology, scenario, node ...
	Name string
	Near string // the nearest valid name; may be empty
}

// Error writes: unknown KIND "NAME", did you mean NEAR?
func (e *UnknownError) Error() string {
	if e.Near == "" {
		return fmt.Sprintf("unknown %s %q", e.Kind, e.Name)
	}
	return fmt.Sprintf("unknown %s %q, did you mean %s?", e.Kind, e.Name, e.Near)
}
