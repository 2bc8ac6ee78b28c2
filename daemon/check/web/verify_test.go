package web

import (
	"crypto/tls"
	"encoding/pem"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/viplab/viplab/daemon/conf"
)

// TestVerify wants a good certificate where that is asked for.
func TestVerify(t *testing.T) {
	own, other := certificate(t), certificate(t)
	dir := t.TempDir()
	file := func(name string, c tls.Certificate) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Certificate[0]}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good, bad := &conf.SSL{CA: file("own.pem", own)}, &conf.SSL{CA: file("other.pem", other)}
	rows := []struct {
		name string
		host string
		ssl  *conf.SSL
		want string // how the reason begins; empty: success
	}{
		{"good", "v.x", good, ""},
		{"another name", "w.x", good, "certificate: x509: certificate is valid for v.x, not w.x"},
		{"by the address", "", good, "certificate: x509: cannot validate certificate for 127.0.0.1"},
		{"another authority", "v.x", bad, "certificate: x509: certificate signed by unknown authority"},
		{"not of the system's", "v.x", nil, "certificate: x509: certificate signed by unknown authority"},
		{"no authority", "v.x", &conf.SSL{CA: filepath.Join(dir, "none")}, "read SSL ca: "},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			url := &conf.URL{Path: "/", VirtualHost: row.host}
			ch := &conf.Checker{Kind: "SSL_GET", ConnectIP: netip.MustParseAddr("127.0.0.1"), Probe: &conf.HTTPProbe{URLs: []*conf.URL{url}, TLSVerify: true}}
			c, err := NewCheck(ch, url, row.ssl)
			if err == nil {
				err = c.Run(t.Context(), listen(t, withTLS(&tls.Config{Certificates: []tls.Certificate{own}}, answer(ok+"\r\n"))))
			}
			if row.want == "" && err != nil || row.want != "" && (err == nil || !strings.HasPrefix(err.Error(), row.want)) {
				t.Errorf("%v, want %s", err, row.want)
			}
		})
	}
}

// TestClientCertificate shows a certificate. Its key in testdata is locked in both ways of openssl:
// "openssl rsa -aes256" (pkcs8.pem) and the same with -traditional; the
// password is "secret".
func TestClientCertificate(t *testing.T) {
	config := &tls.Config{Certificates: []tls.Certificate{certificate(t)}, ClientAuth: tls.RequireAnyClientCert}
	dial := listen(t, withTLS(config, answer(ok+"\r\n")))
	rows := []struct{ cert, key, password, want string }{
		{"cert.pem", "key.pem", "", ""},
		{"both.pem", "", "", ""},
		{"", "both.pem", "", ""},
		{"cert.pem", "pkcs8.pem", "secret", ""},
		{"cert.pem", "traditional.pem", "secret", ""},
		{"cert.pem", "pkcs8.pem", "wrong", "the password does not open it"},
		{"cert.pem", "traditional.pem", "", "the password does not open it"},
		{"cert.pem", "none.pem", "", "no such file or directory"},
		{"cert.pem", "cert.pem", "", "SSL certificate"},
	}
	for _, row := range rows {
		path := func(name string) string {
			if name == "" {
				return ""
			}
			return filepath.Join("testdata", name)
		}
		with, err := NewTLS("", &conf.SSL{Certificate: path(row.cert), Key: path(row.key), Password: row.password})
		if row.want != "" {
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("%v: %v", row, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%v: %v", row, err)
			continue
		}
		if _, err := Fetch(t.Context(), dial, &Request{Path: "/", Host: "h", TLS: with}); err != nil {
			t.Errorf("%v: %v", row, err)
		}
	}
}
