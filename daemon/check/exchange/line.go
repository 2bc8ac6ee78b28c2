package exchange

import (
	"bufio"
	"errors"
	"io"
)

// ReadLine reads a line of any length and returns its beginning without its end, in kept, up to
// the capacity of that. It gives all of the line to count, piece by piece, whose error
// ends it. At the end of the connection the error is io.EOF, within a line
// io.ErrUnexpectedEOF.
func ReadLine(in *bufio.Reader, kept []byte, count func([]byte) error) ([]byte, error) {
	begun := false
	for {
		piece, err := in.ReadSlice('\n')
		if cerr := count(piece); cerr != nil {
			return nil, cerr
		}
		begun = begun || len(piece) > 0
		kept = append(kept, piece[:min(len(piece), cap(kept)-len(kept))]...)
		switch {
		case err == nil:
			return trimEnd(kept), nil
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF) && begun:
			return nil, io.ErrUnexpectedEOF
		default:
			return nil, err
		}
	}
}

// trimEnd takes the end of a line off: "\n" or "\r\n".
func trimEnd(line []byte) []byte {
	if n := len(line); n > 0 && line[n-1] == '\n' {
		line = line[:n-1]
	}
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	return line
}
