package web

import (
	"context"
	"crypto/md5"
	"hash"
	"io"

	"github.com/viplab/viplab/daemon/check/regex"
)

// sink is where a body goes.
type sink struct {
	length int64
	plain  hash.Hash // of the body; nil: not wanted
	raw    hash.Hash // of the body with its chunks; nil: not wanted, or it has none
	search *regex.Search
	tap    io.Writer
}

func newSink(ctx context.Context, r *Request) *sink {
	s := &sink{tap: r.Body}
	if r.Digest {
		s.plain = md5.New()
	}
	if r.Match != nil {
		s.search = r.Match.Search(ctx)
	}
	return s
}

// chunked says that the body comes in chunks.
func (s *sink) chunked() {
	if s.plain != nil {
		s.raw = md5.New()
	}
}

// frame takes what is round the chunks of a body.
func (s *sink) frame(p []byte) {
	if s.raw != nil {
		s.raw.Write(p)
	}
	if s.tap != nil {
		_, _ = s.tap.Write(p)
	}
}

// write takes a piece of the body.
func (s *sink) write(p []byte) error {
	s.frame(p)
	s.length += int64(len(p))
	if s.plain != nil {
		s.plain.Write(p)
	}
	if s.search != nil {
		return s.search.Add(p)
	}
	return nil
}

// finish puts what was found out into reply.
func (s *sink) finish(reply *Reply) (err error) {
	reply.Length = s.length
	if s.plain != nil {
		s.plain.Sum(reply.Digest[:0])
		reply.RawDigest = reply.Digest
	}
	if s.raw != nil {
		s.raw.Sum(reply.RawDigest[:0])
	}
	if s.search != nil {
		reply.Matched, err = s.search.Finish()
	}
	return err
}
