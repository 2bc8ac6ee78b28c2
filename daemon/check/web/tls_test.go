package web

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/viplab/viplab/daemon/conf"
)

// certificate makes a certificate that nobody vouches for.
func certificate(t testing.TB) tls.Certificate {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "x"}, DNSNames: []string{"v.x"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// withTLS has serve speak over TLS.
func withTLS(config *tls.Config, serve func(net.Conn)) func(net.Conn) {
	return func(c net.Conn) {
		s := tls.Server(c, config)
		if s.Handshake() == nil {
			serve(s)
		}
	}
}

// notify ends TLS as it should be ended.
func notify(c net.Conn) { _ = c.(*tls.Conn).CloseWrite() }

// TestTLS asks servers with TLS. Their certificate does not matter.
func TestTLS(t *testing.T) {
	own := certificate(t)
	plain := &tls.Config{Certificates: []tls.Certificate{own}}
	rsaOnly := &tls.Config{Certificates: []tls.Certificate{own}, MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA}}
	old := &tls.Config{Certificates: []tls.Certificate{own}, MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}
	wantsOurs := &tls.Config{Certificates: []tls.Certificate{own}, ClientAuth: tls.RequireAnyClientCert}
	page := answer(ok + "\r\nhello")
	rows := []struct {
		name      string
		serve     func(net.Conn)
		compliant bool
		want      string // empty: success
	}{
		{"with close_notify", withTLS(plain, then(page, notify)), true, ""},
		{"without close_notify", withTLS(plain, page), false, ""},
		{"without close_notify, compliant", withTLS(plain, page), true, "connection ended without close_notify"},
		{"sized, without close_notify, compliant", withTLS(plain, answer(ok+"Content-Length: 5\r\n\r\nhello")), true, ""},
		{"key exchange of RSA", withTLS(rsaOnly, page), false, ""},
		{"old version", withTLS(old, page), false, "TLS alert of the server: protocol version not supported"},
		{"wants a certificate", withTLS(wantsOurs, page), false, "TLS alert of the server: certificate required"},
		{"no TLS", func(c net.Conn) { _, _ = c.Read(make([]byte, 4096)); send(ok+"\r\nhello", false, 0)(c) }, false, "the server does not speak TLS"},
		{"garbage", func(c net.Conn) { send("\x16\x03\x01\x00\x05hello", false, 0)(c); hold(c) }, false, ""},
		{"an endless record", func(c net.Conn) { send(strings.Repeat("\x16\x03\x03\x40\x00", 1000), true, 0)(c) }, false, ""},
		{"silence", func(c net.Conn) { _, _ = c.Read(make([]byte, 4096)); hold(c) }, false, "timeout in the TLS handshake (2s)"},
		{"closes in the handshake", func(c net.Conn) { _, _ = c.Read(make([]byte, 4096)) }, false, "connection closed in the TLS handshake"},
		{"resets in the handshake", func(c net.Conn) { _, _ = c.Read(make([]byte, 4096)); reset(c) }, false, "connection reset in the TLS handshake"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			with, err := NewTLS("", nil)
			if err != nil {
				t.Fatal(err)
			}
			with.Compliant = row.compliant
			r := &Request{Path: "/", Host: "h", TLS: with, Digest: true}
			r.Limits.Step = 2 * time.Second
			_, err = Fetch(t.Context(), listen(t, row.serve), r)
			switch {
			case row.name == "garbage" || row.name == "an endless record":
				if err == nil || !strings.HasSuffix(err.Error(), "in the TLS handshake") {
					t.Errorf("%v", err)
				}
			case row.want == "" && err != nil:
				t.Error(err)
			case row.want != "" && (err == nil || !contains(strings.Split(row.want, "|"), err.Error())):
				t.Errorf("%v, want %s", err, row.want)
			}
		})
	}
}

// TestServerName sends the name that keepalived 2.2.7 sends, seen at the server.
func TestServerName(t *testing.T) {
	own := certificate(t)
	rows := []struct {
		name                   string
		sni                    bool
		sniName, checker, page string
		want                   string
	}{
		{"not asked for", false, "c.x", "c.x", "u.x", ""},
		{"no host", true, "", "", "", ""},
		{"the checker's", true, "c.x", "c.x", "", "c.x"},
		{"the url's", true, "c.x", "c.x", "u.x", "u.x"},
		{"its own", true, "s.x", "c.x", "u.x", "s.x"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			names := make(chan string, 1)
			config := &tls.Config{GetCertificate: func(h *tls.ClientHelloInfo) (*tls.Certificate, error) {
				names <- h.ServerName
				return &own, nil
			}}
			url := &conf.URL{Path: "/", VirtualHost: row.page}
			ch := &conf.Checker{Kind: "SSL_GET", Probe: &conf.HTTPProbe{URLs: []*conf.URL{url}, SNI: row.sni, SNIName: row.sniName, VirtualHost: row.checker}}
			c, err := NewCheck(ch, url, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Run(t.Context(), listen(t, withTLS(config, answer(ok+"\r\n")))); err != nil {
				t.Fatal(err)
			}
			if got := <-names; got != row.want {
				t.Errorf("%q, want %q", got, row.want)
			}
		})
	}
}
