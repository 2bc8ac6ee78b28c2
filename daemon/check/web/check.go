package web

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/netip"

	"github.com/viplab/viplab/daemon/check/exchange"
	"github.com/viplab/viplab/daemon/check/regex"
	"github.com/viplab/viplab/daemon/conf"
)

// Check is a url of a checker, ready to be asked for. It may be used by several
// goroutines.
type Check struct {
	url     *conf.URL
	request Request
}

// NewCheck prepares url of ch, an HTTP_GET or SSL_GET. ssl is the block SSL, nil for
// none. An error is that a file or a pattern cannot be used; then the check cannot
// but fail.
func NewCheck(ch *conf.Checker, url *conf.URL, ssl *conf.SSL) (*Check, error) {
	probe, ok := ch.Probe.(*conf.HTTPProbe)
	if !ok {
		return nil, fmt.Errorf("%s is no checker of HTTP", ch.Kind)
	}
	c := &Check{url: url, request: Request{
		Path: url.Path, Host: url.VirtualHost, Version: probe.Protocol,
		Limits: exchange.Limits{Step: ch.ConnectTimeout}, Digest: url.Digest != "",
	}}
	if c.request.Host == "" {
		c.request.Host = HostOf(netip.AddrPortFrom(ch.ConnectIP, ch.ConnectPort))
	}
	if ch.Kind == "SSL_GET" {
		var err error
		if c.request.TLS, err = tlsOf(ch, probe, url, ssl); err != nil {
			return nil, err
		}
	}
	if r := url.Regex; r != nil {
		p, err := regex.Compile(r.Pattern, r.Options, r.Min, r.Max)
		if err != nil {
			return nil, err
		}
		c.request.Match = p
	}
	return c, nil
}

// tlsOf is how an SSL_GET speaks TLS.
func tlsOf(ch *conf.Checker, probe *conf.HTTPProbe, url *conf.URL, ssl *conf.SSL) (*TLS, error) {
	name := serverName(probe, url)
	t, err := NewTLS(name, ssl)
	if err != nil {
		return nil, err
	}
	t.Compliant = url.TLSCompliant
	if !probe.TLSVerify {
		return t, nil
	}
	ca := ""
	if ssl != nil {
		ca = ssl.CA
	}
	return t, t.Verify(cmp.Or(name, url.VirtualHost, ch.ConnectIP.String()), ca)
}

// serverName is what is sent in the TLS handshake; empty: nothing. A sni_name that was
// not written is the checker's virtual host, which the url's goes before.
func serverName(probe *conf.HTTPProbe, url *conf.URL) string {
	switch {
	case !probe.SNI:
		return ""
	case probe.SNIName != probe.VirtualHost || url.VirtualHost == "":
		return probe.SNIName
	}
	return url.VirtualHost
}

// Run asks once. An error is why the server has failed, in a few words.
func (c *Check) Run(ctx context.Context, dial func(context.Context) (net.Conn, error)) error {
	reply, err := Fetch(ctx, dial, &c.request)
	if err != nil {
		return err
	}
	return Judge(c.url, reply)
}
