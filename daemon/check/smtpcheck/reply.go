package smtpcheck

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/viplab/viplab/daemon/check/exchange"
)

// Limits of a reply, in bytes.
const (
	maxReply = 16 << 10 // all its lines
	maxKept  = 64       // what is looked at of a line
)

// Reasons that a reply is none.
var (
	errBig    = fmt.Errorf("is longer than %d bytes", maxReply)
	errNoCode = errors.New("does not begin with a code of three digits")
	errMixed  = errors.New("has lines with different codes")
)

// reply is a reply of a mail server: its code, and the beginning of its last line.
type reply struct{ code, line string }

// readReply reads a reply of one line or of several (RFC 5321 4.2.1). io.EOF and
// io.ErrUnexpectedEOF are the end of the connection before it and within it.
func readReply(in *bufio.Reader) (reply, error) {
	var r reply
	var kept [maxKept]byte
	size := 0
	for {
		line, err := exchange.ReadLine(in, kept[:0], func(piece []byte) error {
			if size += len(piece); size > maxReply {
				return errBig
			}
			return nil
		})
		if errors.Is(err, io.EOF) && size > 0 {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return r, err
		}
		code, more, ok := codeOf(string(line))
		switch {
		case !ok:
			return r, errNoCode
		case r.code != "" && code != r.code:
			return r, errMixed
		}
		if r = (reply{code, strings.ToValidUTF8(string(line), "?")}); !more {
			return r, nil
		}
	}
}

// codeOf reads the code of a line, and whether more lines follow.
func codeOf(line string) (code string, more, ok bool) {
	if len(line) < 3 || strings.Trim(line[:3], "0123456789") != "" {
		return "", false, false
	}
	if len(line) == 3 {
		return line, false, true
	}
	return line[:3], line[3] == '-', line[3] == '-' || line[3] == ' '
}
