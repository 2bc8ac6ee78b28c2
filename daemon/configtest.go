package daemon

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/mattn/go-isatty"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/netns"
)

// configTest is -t: it writes all that is wrong and returns its class.
func configTest(o *Options, stderr io.Writer) int {
	out, color := stderr, isTerminal(stderr)
	if o.TestLog != "" {
		f, err := os.OpenFile(o.TestLog, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
		if err != nil {
			fmt.Fprintf(stderr, "vipd: open test log: %v\n", err)
			return exitFatal
		}
		defer f.Close()
		out, color = f, false
	}
	cfg, list := examine(o)
	if err := writeDiagnostics(out, o, cfg, list, color); err != nil {
		fmt.Fprintf(stderr, "vipd: write what is wrong: %v\n", err)
		return exitFatal
	}
	return list.ExitStatus(o.Strict)
}

// examine reads the configuration and returns all that is wrong with it, also
// what only a file that is to be run must not have.
func examine(o *Options) (*conf.Config, conf.Diagnostics) {
	cfg, err := read(o)
	if cfg == nil {
		return nil, conf.Diagnostics{unreadable(o.Config, err)}
	}
	list := append(conf.Diagnostics{}, cfg.Diagnostics...)
	if cfg.Empty() && list.Worst() == conf.Warning {
		list = append(list, conf.Diagnostic{Span: diag.Span{Pos: conf.Pos{File: o.Config}}, Severity: conf.Fatal, Code: diag.EmptyConfig,
			Text: "nothing to run is configured", Help: "add a vrrp_instance or a virtual_server"})
	}
	return cfg, append(list, refusals(cfg)...)
}

// read reads the configuration for the machine that we run on, and the network
// namespace that vipd is to be in. The error may be that there is no such
// namespace, even if there is a Config.
func read(o *Options) (*conf.Config, error) {
	cfg, err := readWithin(o, o.Namespace)
	if cfg == nil {
		return nil, err
	}
	d := &cfg.Global.Daemon
	if o.Namespace != "" {
		d.Namespace = o.Namespace
	} else if d.Namespace != "" {
		cfg, err = readWithin(o, d.Namespace)
	}
	if cfg == nil {
		return nil, err
	}
	cfg.Diagnostics = append(cfg.Diagnostics, unusablePatterns(cfg)...)
	if o.AllConfig {
		insist(cfg.Diagnostics)
	}
	return cfg, err
}

func readWithin(o *Options, namespace string) (cfg *conf.Config, err error) {
	err = netns.Within(netns.Enter(namespace), func() error {
		host, err := conf.ThisHost()
		if err != nil {
			return err
		}
		cfg, err = conf.Loader{ConfigID: o.ConfigID, Host: host}.Load(o.Config)
		return err
	})
	return cfg, err
}

// insist makes files that cannot be included a reason not to run (-e).
func insist(list conf.Diagnostics) {
	for n := range list {
		if list[n].Code == diag.BadInclude {
			list[n].Severity = conf.Fatal
		}
	}
}

// load reads the configuration that is to run. The error is why it cannot be
// run; what else is wrong is in the Config's Diagnostics.
func load(o *Options) (*conf.Config, error) {
	cfg, err := read(o)
	if cfg == nil {
		return nil, err
	}
	bad := append(cfg.Diagnostics.AtLeast(conf.Fatal), refusals(cfg)...)
	if o.Strict {
		bad = append(append(conf.Diagnostics{}, cfg.Diagnostics...), refusals(cfg)...)
	}
	if len(bad) > 0 {
		return cfg, bad
	}
	return cfg, nil
}

// refusals are what vipd does not start with, since running without it would do
// harm: keywords, and values that its router does not speak.
func refusals(cfg *conf.Config) conf.Diagnostics {
	var list conf.Diagnostics
	for _, u := range cfg.Uses {
		if u.Refused() {
			list = append(list, conf.Diagnostic{Span: diag.Span{Pos: u.Pos, Width: int32(len(u.Keyword.Name))}, Severity: conf.Fatal, Code: diag.RefusedKeyword,
				Text: fmt.Sprintf("vipd does not run with %s: it cannot yet %s", u.Keyword.Name, u.Keyword.Doc)})
		}
	}
	return list
}

// unreadable is the diagnostic of a file that could not be read.
func unreadable(name string, err error) conf.Diagnostic {
	d := conf.Diagnostic{Span: diag.Span{Pos: conf.Pos{File: name}}, Severity: conf.Fatal, Code: diag.UnreadableFile, Text: err.Error()}
	var path *fs.PathError
	if errors.As(err, &path) {
		d.Text = path.Err.Error()
	}
	if errors.Is(err, fs.ErrNotExist) {
		d.Help = "name the file with -f"
	}
	return d
}

func writeDiagnostics(w io.Writer, o *Options, cfg *conf.Config, list conf.Diagnostics, color bool) error {
	if o.Strict {
		list = list.Strict()
	}
	if o.JSON {
		return list.WriteJSON(w, diag.JSON{Source: cfg.Lines()})
	}
	return list.Write(w, diag.Text{Source: cfg.Lines(), Color: color, NoSummary: len(list) == 0})
}

// isTerminal reports whether somebody who may like colours reads w.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && os.Getenv("NO_COLOR") == "" && isatty.IsTerminal(f.Fd())
}
