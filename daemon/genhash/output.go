package genhash

import (
	"bytes"
	"crypto/md5"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/viplab/viplab/daemon/check/exchange"
)

// output prints what keepalived prints.
type output struct {
	w            io.Writer
	verbose, tls bool
	head         bytes.Buffer // at most what a head may have
	body         bool         // some of it has come
	shown        bool         // the head is printed
}

// The headings of the verbose form.
const (
	headBytes  = "-----------------------[    HTTP Header Buffer    ]-----------------------"
	headText   = "-----------------------[ HTTP Header Ascii Buffer ]-----------------------"
	bodyBytes  = "-----------------------[        HTML Buffer        ]-----------------------"
	hashBytes  = "-----------------------[    HTML hash resulting    ]-----------------------"
	hashDigits = "-----------------------[ HTML hash final resulting ]-----------------------"
)

// pieces prints a body as it comes.
type pieces struct{ *output }

func (p pieces) Write(piece []byte) (int, error) {
	p.header()
	if !p.body {
		fmt.Fprintln(p.w, bodyBytes)
		p.body = true
	}
	dump(p.w, piece)
	return len(piece), nil
}

// header prints the head once there is all of it.
func (o *output) header() {
	if o.shown || !o.verbose {
		return
	}
	o.shown = true
	fmt.Fprintln(o.w, headBytes)
	dump(o.w, o.head.Bytes())
	text, _, _ := bytes.Cut(o.head.Bytes(), []byte{0})
	fmt.Fprintf(o.w, "%s\n%s\n", headText, text)
}

// digest prints the result.
func (o *output) digest(sum [md5.Size]byte) {
	o.header()
	if o.verbose && !o.tls {
		o.hash(sum)
	}
	fmt.Fprintf(o.w, "%x\n", sum)
}

// empty is what is printed where there was no reply.
func (o *output) empty() {
	if o.verbose && !o.tls {
		o.hash(md5.Sum(nil))
	}
}

func (o *output) hash(sum [md5.Size]byte) {
	fmt.Fprintf(o.w, "\n%s\n", hashBytes)
	dump(o.w, sum[:])
	fmt.Fprintln(o.w, hashDigits)
}

// message is what is said of a failure.
func (o *output) message(err error) string {
	var at *exchange.Error
	errors.As(err, &at)
	switch late := errors.Is(err, os.ErrDeadlineExceeded); {
	case at == nil:
		return "Read error with: " + err.Error()
	case late && at.Stage <= exchange.Handshake:
		return "Timeout connecting"
	case late && at.Stage == exchange.Sending:
		return "Timeout WEB write"
	case late && o.tls:
		return "Timeout SSL read"
	case late && o.head.Len() == 0:
		return "Timeout WEB read"
	case late:
		return "Timeout HTTP read"
	case at.Stage == exchange.Connecting:
		return "Connection failed"
	case at.Stage == exchange.Handshake:
		return "SSL handshake/communication error connecting to"
	}
	return "Read error with"
}

// dump prints bytes, 16 in a line, as digits and as text.
func dump(w io.Writer, p []byte) {
	for at := 0; at < len(p); at += 16 {
		line := p[at:min(at+16, len(p))]
		fmt.Fprintf(w, "%04d  ", at)
		text := bytes.Repeat([]byte{' '}, 16)
		for i := range 16 {
			if i == 8 {
				fmt.Fprint(w, "- ")
			}
			if i >= len(line) {
				fmt.Fprint(w, "   ")
				continue
			}
			fmt.Fprintf(w, "%02x ", line[i])
			text[i] = '.'
			if ' ' <= line[i] && line[i] <= '~' {
				text[i] = line[i]
			}
		}
		fmt.Fprintf(w, "  %s\n", text)
	}
}
