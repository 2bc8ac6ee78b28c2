package web

import (
	"bytes"
	"errors"
	"io"
	"strconv"
)

// head is what matters of the head of a reply.
type head struct {
	status  int
	length  int64 // Content-Length; -1: none
	chunked bool
}

// finalHead reads the head that is not 1xx.
func (r *reader) finalHead() (head, error) {
	for range maxInterim {
		h, err := r.readHead()
		if err != nil || h.status < 100 || h.status > 199 || h.status == 101 {
			return h, err
		}
	}
	return head{}, ErrInterim
}

func (r *reader) readHead() (head, error) {
	h := head{length: -1}
	line, err := r.headLine()
	if err != nil {
		if errors.Is(err, io.EOF) {
			return h, ErrNoReply
		}
		return h, err
	}
	if h.status, err = statusOf(line); err != nil {
		return h, err
	}
	for {
		line, err := r.headLine()
		if errors.Is(err, io.EOF) {
			return h, ErrCutHead
		}
		if err != nil {
			return h, err
		}
		if len(line) == 0 {
			return h, nil
		}
		h.field(line)
	}
}

func (r *reader) headLine() ([]byte, error) {
	line, err := r.readLine(func(piece []byte) error {
		if r.head += len(piece); r.head > maxHead {
			return ErrBigHead
		}
		if r.tap != nil {
			_, _ = r.tap.Write(piece)
		}
		return nil
	})
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, ErrCutHead
	}
	return line, err
}

// statusOf reads a status line: "HTTP/1.1 200 OK". The first word is not looked
// at where a status follows, as in keepalived ("ICY 200 OK").
func statusOf(line []byte) (int, error) {
	version, rest, _ := bytes.Cut(line, []byte(" "))
	code, _, _ := bytes.Cut(bytes.TrimLeft(rest, " "), []byte(" "))
	if n, err := strconv.ParseUint(string(code), 10, 16); err == nil && len(code) == 3 {
		return int(n), nil
	}
	if bytes.HasPrefix(version, []byte("HTTP/")) {
		return 0, nil
	}
	return 0, ErrNotHTTP
}

// field takes in a header that matters.
func (h *head) field(line []byte) {
	name, value, ok := bytes.Cut(line, []byte(":"))
	if !ok {
		return
	}
	value = bytes.TrimSpace(value)
	switch {
	case bytes.EqualFold(name, []byte("Content-Length")):
		if n, err := strconv.ParseUint(string(value), 10, 62); err == nil {
			h.length = int64(n)
		}
	case bytes.EqualFold(name, []byte("Transfer-Encoding")):
		h.chunked = bytes.EqualFold(value, []byte("chunked"))
	}
}

// bodiless reports whether a reply with this status never has a body.
func (h *head) bodiless() bool {
	return h.status == 101 || h.status == 204 || h.status == 304
}
