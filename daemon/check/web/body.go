package web

import (
	"bytes"
	"errors"
	"io"
	"strconv"
)

// body reads the body and hands it to s.
func (r *reader) body(h head, decode bool, s *sink) error {
	switch {
	case h.bodiless():
		return nil
	case h.chunked && decode:
		s.chunked()
		return r.chunks(s)
	case h.length >= 0 && !h.chunked:
		return whole(r.sized(h.length, s.write))
	}
	return whole(r.sized(1<<62, s.write)) // up to the end of the connection
}

// whole takes what there is for the whole body.
func whole(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// sized reads n bytes; io.EOF says that there are less.
func (r *reader) sized(n int64, write func([]byte) error) error {
	for n > 0 {
		if _, err := r.in.Peek(1); err != nil {
			return err
		}
		piece, _ := r.in.Peek(int(min(n, int64(r.in.Buffered()))))
		if err := r.count(piece); err != nil {
			return err
		}
		if err := write(piece); err != nil {
			return err
		}
		n -= int64(len(piece))
		_, _ = r.in.Discard(len(piece))
	}
	return nil
}

func (r *reader) count(piece []byte) error {
	if r.size += int64(len(piece)); r.size > r.most {
		return ErrBigBody
	}
	return nil
}

// chunks reads a chunked body (RFC 9112 7.1), with its trailer.
func (r *reader) chunks(s *sink) error {
	for {
		line, err := r.chunkLine(s)
		if err != nil {
			return err
		}
		size, ok := chunkSize(line)
		if !ok {
			return ErrBadChunk
		}
		if size == 0 {
			return r.trailer(s)
		}
		if err := cut(r.sized(size, s.write)); err != nil {
			return err
		}
		if line, err = r.chunkLine(s); err != nil {
			return err
		}
		if len(line) > 0 {
			return ErrBadChunk
		}
	}
}

// trailer reads what follows the last chunk, up to an empty line.
func (r *reader) trailer(s *sink) error {
	for {
		line, err := r.chunkLine(s)
		if err != nil || len(line) == 0 {
			return err
		}
	}
}

func (r *reader) chunkLine(s *sink) ([]byte, error) {
	line, err := r.readLine(func(piece []byte) error {
		s.frame(piece)
		return r.count(piece)
	})
	return line, cut(err)
}

// cut makes of the end of the connection the reason that it is within chunks.
func cut(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrCutChunk
	}
	return err
}

// chunkSize reads the line before a chunk: hex digits, and maybe extensions.
func chunkSize(line []byte) (int64, bool) {
	digits, _, _ := bytes.Cut(line, []byte(";"))
	n, err := strconv.ParseUint(string(bytes.TrimRight(digits, " \t")), 16, 62)
	return int64(n), err == nil
}
