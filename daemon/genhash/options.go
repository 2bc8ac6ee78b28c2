package genhash

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// options is the command line.
type options struct {
	server             netip.Addr
	port               uint16
	url, host, version string // host: the virtual host
	tls, sni, verbose  bool
	fwmark             uint32
	timeout            time.Duration // of each step; zero: the default
	given              string        // letters of the options that were given
}

// option is an option in both its forms. What takes a value says how it is set.
type option struct {
	letter, long, help string
	set                func(o *options, value string) error
	on                 func(o *options)
}

// complaint is an error in keepalived's words.
type complaint string

func (c complaint) Error() string { return string(c) }

// errUsage is that the usage text says all there is to say.
var errUsage = errors.New("")

func list() []option {
	return []option{
		{"S", "use-ssl", "speak TLS with the server", nil, func(o *options) { o.tls = true }},
		{"I", "use-sni", "name the virtual host in TLS; see -V", nil, func(o *options) { o.sni = true }},
		{"s", "server", "address of the server", setServer, nil},
		{"p", "port", "port of the server", setPort, nil},
		{"u", "url", "path of the page", func(o *options, v string) error { o.url = v; return nil }, nil},
		{"V", "use-virtualhost", "ask for this host", func(o *options, v string) error { o.host = v; return nil }, nil},
		{"v", "verbose", "print all that comes", nil, func(o *options) { o.verbose = true }},
		{"h", "help", "print this", nil, nil},
		{"m", "fwmark", "mark packets for the firewall", setMark, nil},
		{"P", "protocol", "version of HTTP: 1.0, 1.0c (with 'Connection: close') or 1.1", setVersion, nil},
		{"t", "timeout", "seconds for each step, default 5", setTimeout, nil},
	}
}

// parse reads a command line in the way of GNU: words may stand between options, letters
// may be joined, long names be cut short. The error may have no text.
func parse(args []string) (*options, error) {
	if len(args) < 2 {
		return nil, errUsage
	}
	o := &options{version: "1.0"}
	var words []string
	for len(args) > 0 {
		word := args[0]
		args = args[1:]
		var err error
		switch {
		case word == "--":
			words, args = append(words, args...), nil
		case strings.HasPrefix(word, "--"):
			args, err = o.long(word[2:], args)
		case len(word) > 1 && word[0] == '-':
			args, err = o.letters(word[1:], args)
		default:
			words = append(words, word)
		}
		if err != nil {
			return nil, err
		}
	}
	switch {
	case len(words) > 0:
		return nil, complaint("Unexpected argument(s): " + strings.Join(words, " "))
	case !o.server.IsValid() || o.port == 0 || !strings.Contains(o.given, "u"):
		return nil, errUsage
	}
	return o, nil
}

// letters reads options joined behind one dash, and returns the words that are left.
func (o *options) letters(joined string, args []string) ([]string, error) {
	for joined != "" {
		letter := joined[:1]
		joined = joined[1:]
		i := slices.IndexFunc(list(), func(x option) bool { return x.letter == letter })
		if i < 0 {
			return nil, unknown("-" + letter)
		}
		x := list()[i]
		if x.set == nil {
			if err := o.take(x, ""); err != nil {
				return nil, err
			}
			continue
		}
		if joined != "" {
			return args, o.take(x, joined)
		}
		if len(args) == 0 {
			return nil, missing("-" + letter)
		}
		return args[1:], o.take(x, args[0])
	}
	return args, nil
}

// long reads an option by its long name, and returns the words that are left.
func (o *options) long(word string, args []string) ([]string, error) {
	name, value, joined := strings.Cut(word, "=")
	var found []option
	for _, x := range list() {
		if x.long == name {
			found = []option{x}
			break
		}
		if strings.HasPrefix(x.long, name) {
			found = append(found, x)
		}
	}
	if len(found) != 1 || joined && found[0].set == nil {
		return nil, unknown("--" + word)
	}
	x := found[0]
	if x.set != nil && !joined {
		if len(args) == 0 {
			return nil, missing("--" + x.long)
		}
		value, args = args[0], args[1:]
	}
	return args, o.take(x, value)
}

func (o *options) take(x option, value string) error {
	o.given += x.letter
	switch {
	case x.set != nil:
		return x.set(o, value)
	case x.on != nil:
		x.on(o)
		return nil
	}
	return errUsage // help
}

func unknown(word string) error { return complaint("Unknown option " + word) }
func missing(word string) error { return complaint("Missing parameter for option " + word) }

// usage prints what there is to say.
func usage(w io.Writer, name string) {
	fmt.Fprintf(w, "Usage: %s COMMAND [OPTIONS]\nCommands:\n   -s server-address -p port -u url\n   -S -s server-address -p port -u url\n   -h\n\nOptions, long or short:\n", name)
	for _, x := range list() {
		fmt.Fprintf(w, "   --%-15s  -%s  %s\n", x.long, x.letter, x.help)
	}
}
