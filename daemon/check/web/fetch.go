package web

import (
	"context"
	"crypto/md5"
	"net"
	"time"

	"github.com/viplab/viplab/daemon/check/exchange"
)

// Reply is what a server answered.
type Reply struct {
	Status int   // 0 to 999; 0: the reply has none
	Length int64 // of the body in bytes, chunks decoded
	// Announced is the body's length by the header; -1 where it does not tell. A body
	// that the server cut short is taken as it is, as keepalived does.
	Announced int64
	// Digest is the body's MD5, if that was asked for. RawDigest is that of the body
	// with its chunks where it has some, else the same: keepalived does not
	// decode them.
	Digest, RawDigest [md5.Size]byte
	Matched           bool // the pattern is in the body
	Took              time.Duration
}

// Fetch connects with dial, asks, and reads the reply. An error is a short reason such
// as "connection closed without a reply", or what dial says; ctx's cause if it
// is done.
func Fetch(ctx context.Context, dial func(context.Context) (net.Conn, error), r *Request) (*Reply, error) {
	began := time.Now()
	c, err := exchange.Open(ctx, dial, r.Limits)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	if r.TLS != nil {
		if err := c.TLS(r.TLS.config, r.TLS.Compliant); err != nil {
			return nil, err
		}
	}
	if err := c.Send(r.text(), "the request"); err != nil {
		return nil, err
	}
	reply, err := receive(c.Context(), c, r)
	if err != nil {
		return nil, err
	}
	reply.Took = time.Since(began)
	return reply, nil
}

// receive reads the reply from s; the search for a pattern waits no longer than ctx.
func receive(ctx context.Context, s source, r *Request) (*Reply, error) {
	in := newReader(s, r)
	h, err := in.finalHead()
	if err != nil {
		return nil, err
	}
	sink := newSink(ctx, r)
	if err := in.body(h, r.Version == Version11, sink); err != nil {
		return nil, err
	}
	reply := &Reply{Status: h.status, Announced: h.length}
	return reply, sink.finish(reply)
}
