package web

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"

	"github.com/viplab/viplab/daemon/check/exchange"
)

// Limits of a reply. They are far above what a page for checks has.
const (
	maxHead    = 64 << 10 // bytes of all heads together
	maxInterim = 8        // replies 1xx before the one that counts
	maxBody    = 64 << 20 // bytes, chunks and trailers with them
	maxKept    = 128      // bytes of a line that are looked at
	bufferSize = 4 << 10
)

// Reasons that a reply is none.
var (
	ErrNoReply  = errors.New("connection closed without a reply")
	ErrCutHead  = errors.New("connection closed within the header of the reply")
	ErrNotHTTP  = errors.New("the reply is not of HTTP")
	ErrBigHead  = fmt.Errorf("the header of the reply is longer than %d bytes", maxHead)
	ErrBigBody  = fmt.Errorf("the body of the reply is longer than %d bytes", maxBody)
	ErrCutChunk = errors.New("connection closed within the chunks of the reply")
	ErrBadChunk = errors.New("the reply is cut into chunks wrongly")
	ErrInterim  = errors.New("too many replies 1xx")
)

// source is where a reply is read from: io.EOF is the end of the connection, other errors
// are reasons.
type source = io.Reader

// reader reads a reply line by line and piece by piece. It holds no more than its
// buffer.
type reader struct {
	in   *bufio.Reader
	tap  io.Writer // gets the head; may be nil
	head int       // bytes of heads that were read
	size int64     // bytes of the body that were read, with chunks
	most int64     // that size may be
	line [maxKept]byte
}

func newReader(s source, r *Request) *reader {
	return &reader{in: bufio.NewReaderSize(s, bufferSize), tap: r.Head, most: cmp.Or(r.most, maxBody)}
}

// readLine returns the beginning of the next line, which is valid until the next call.
func (r *reader) readLine(count func([]byte) error) ([]byte, error) {
	return exchange.ReadLine(r.in, r.line[:0], count)
}
