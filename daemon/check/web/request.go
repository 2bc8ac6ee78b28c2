// Package web asks a server for a page over HTTP or HTTPS and judges the reply: the
// checkers HTTP_GET and SSL_GET, and genhash.
//
// Nothing that a server sends is kept: a reply is read in small pieces, its body goes to
// a digest and to the search for a pattern, and all of it has limits of size and of time.
package web

import (
	"fmt"
	"io"
	"net/netip"

	"github.com/viplab/viplab/daemon/check/exchange"
	"github.com/viplab/viplab/daemon/check/regex"
)

// Versions of HTTP that a request can have, as http_protocol names them. Version10C is
// 1.0 with "Connection: close".
const (
	Version10  = "1.0"
	Version11  = "1.1"
	Version10C = "1.0c"
)

// Request is what to ask for, and what is wanted of the reply.
type Request struct {
	Path    string // goes into the request as it is
	Host    string // value of the header Host; see HostOf
	Version string // empty: 1.0
	TLS     *TLS   // nil: plain HTTP
	Limits  exchange.Limits

	Digest bool           // compute the MD5 of the body
	Match  *regex.Pattern // search the body for it; nil: for nothing
	// Head and Body, if not nil, are given the reply as it comes.
	Head, Body io.Writer

	most int64 // bytes of the body; 0: maxBody
}

// HostOf is the value of the header Host where no virtual host is set.
func HostOf(server netip.AddrPort) string {
	return server.String()
}

// text is the request as it is sent: keepalived's, header by header.
func (r *Request) text() string {
	version, connection := Version10, ""
	switch r.Version {
	case Version11:
		version, connection = Version11, "Connection: close\r\n"
	case Version10C:
		connection = "Connection: close\r\n"
	}
	return fmt.Sprintf("GET %s HTTP/%s\r\nUser-Agent: KeepAliveClient\r\n%sHost: %s\r\n\r\n", r.Path, version, connection, r.Host)
}
