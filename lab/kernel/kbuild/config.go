package kbuild

import (
	"bufio"
	_ "embed"
	"fmt"
	"io"
	"os"
	"strings"
)

// fragment is what the guest kernel has beyond the default configuration.
//
//go:embed kernel.fragment
var fragment string

// option is one line of a kernel configuration.
type option struct {
	name  string // CONFIG_...
	value string // y, m, n, a number or a quoted string
}

func (o option) String() string { return o.name + "=" + o.value }

// parseConfig reads a kernel configuration: NAME=VALUE lines, and
// "# NAME is not set" for n.
func parseConfig(r io.Reader) ([]option, error) {
	var options []option
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		text := strings.TrimSpace(lines.Text())
		if name, ok := strings.CutSuffix(text, " is not set"); ok {
			options = append(options, option{strings.TrimPrefix(name, "# "), "n"})
			continue
		}
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		name, value, ok := strings.Cut(text, "=")
		if !ok || !strings.HasPrefix(name, "CONFIG_") {
			return nil, fmt.Errorf("kernel configuration, line %d: %q is no option", n, text)
		}
		options = append(options, option{name, value})
	}
	return options, lines.Err()
}

// unmet returns the wanted options that a configuration does not have. An option
// that the configuration does not name is off: its dependencies are not met, or
// this kernel has no such option.
func unmet(wanted, have []option) []option {
	values := map[string]string{}
	for _, o := range have {
		values[o.name] = o.value
	}
	var missing []option
	for _, o := range wanted {
		value, ok := values[o.name]
		if !ok {
			value = "n"
		}
		if value != o.value {
			missing = append(missing, o)
		}
	}
	return missing
}

// checkConfig says which options of the fragment a configuration does not have.
func checkConfig(path string) error {
	wanted, err := parseConfig(strings.NewReader(fragment))
	if err != nil {
		return err
	}
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("check the configuration: %w", err)
	}
	defer file.Close()
	have, err := parseConfig(file)
	if err != nil {
		return err
	}
	var names []string
	for _, o := range unmet(wanted, have) {
		names = append(names, o.String())
	}
	if len(names) > 0 {
		return fmt.Errorf("this kernel source cannot have %s", strings.Join(names, ", "))
	}
	return nil
}
