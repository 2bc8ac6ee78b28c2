package genhash

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/viplab/viplab/daemon/check/web"
	"github.com/viplab/viplab/daemon/conf"
)

// nginxConf is of a server with two hosts, with TLS and without.
const nginxConf = `daemon off;
worker_processes 1;
pid DIR/pid;
error_log DIR/error.log;
events { worker_connections 64; }
http {
    access_log off;
    client_body_temp_path DIR/t; proxy_temp_path DIR/t; fastcgi_temp_path DIR/t; uwsgi_temp_path DIR/t; scgi_temp_path DIR/t;
    ssl_certificate DIR/cert.pem;
    ssl_certificate_key DIR/key.pem;
    default_type text/html;
    gzip on;
    server {
        listen 127.0.0.1:PORT default_server;
        listen 127.0.0.1:SECURE ssl default_server;
        root DIR/one;
        ssi on;
        location /moved { return 301 /; }
        location /broken { return 503 "out of order"; }
        location /nothing { return 204; }
    }
    server {
        listen 127.0.0.1:PORT;
        listen 127.0.0.1:SECURE ssl;
        server_name two.example;
        root DIR/two;
    }
}
`

// nginx starts a real nginx and returns its ports.
func nginx(t *testing.T) (plain, secure uint16) {
	t.Helper()
	path, err := exec.LookPath("nginx")
	if err != nil {
		t.Fatalf("%v: install the package nginx-light (hack/packages does)", err)
	}
	dir := t.TempDir()
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil { // its worker is another user
		t.Fatal(err)
	}
	write := func(name, text string) {
		t.Helper()
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	plain, secure = port(t), port(t)
	write("nginx.conf", strings.NewReplacer("DIR", dir, "PORT", fmt.Sprint(plain), "SECURE", fmt.Sprint(secure)).Replace(nginxConf))
	write("one/index.html", "<html>web1</html>\n")
	write("one/large.html", strings.Repeat("a line of a large page\n", 20000))
	write("one/empty.html", "")
	write("one/parts.shtml", "<!--#echo var=\"none\" default=\"x\" -->"+strings.Repeat("chunked ", 3000))
	write("one/bytes.bin", "\x00\xff\r\n\x00")
	write("two/index.html", "<html>web2</html>\n")
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	cert := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, cert, cert, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	write("cert.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	write("key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})))
	start(t, exec.Command(path, "-c", filepath.Join(dir, "nginx.conf"), "-e", filepath.Join(dir, "error.log")), plain)
	return plain, secure
}

// start runs a server until the end of the test, and waits until it listens.
func start(t *testing.T, cmd *exec.Cmd, port uint16) {
	t.Helper()
	var said bytes.Buffer
	cmd.Stderr = &said
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Signal(syscall.SIGTERM); _ = cmd.Wait() })
	for range 500 {
		c, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", fmt.Sprint(port)))
		if err == nil {
			c.Close()
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("nginx does not listen: %s", &said)
}

// port returns a free port.
func port(t *testing.T) uint16 {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return uint16(l.Addr().(*net.TCPAddr).Port)
}

// TestNginx compares digests of a real nginx's pages with those of a real keepalived,
// and has the checker accept each of them.
func TestNginx(t *testing.T) {
	keepalived, err := exec.LookPath("keepalived")
	if err != nil {
		t.Fatalf("%v: install the package keepalived (hack/packages does)", err)
	}
	plain, secure := nginx(t)
	digests := map[string]string{}
	for _, path := range []string{"/", "/index.html", "/large.html", "/empty.html", "/parts.shtml", "/bytes.bin", "/moved", "/broken", "/nothing", "/missing", "", "x y"} {
		for _, version := range []string{"1.0", "1.0c", "1.1"} {
			for _, more := range [][]string{{}, {"-V", "two.example"}, {"-S"}, {"-S", "-I", "-V", "two.example"}} {
				at := plain
				if len(more) > 0 && more[0] == "-S" {
					at = secure
				}
				args := append([]string{"-s", "127.0.0.1", "-p", fmt.Sprint(at), "-u", path, "-P", version}, more...)
				theirs, _ := exec.Command(keepalived, append([]string{"--genhash"}, args...)...).Output()
				var ours, errs bytes.Buffer
				status := Main("genhash", args, &ours, &errs)
				if status != 0 || ours.String() != string(theirs) || path != "" && len(theirs) != 33 {
					t.Errorf("%q: %d %q %s, keepalived: %q", args, status, &ours, &errs, theirs)
				}
				digests[strings.Join(args, " ")] = strings.TrimSpace(string(theirs))
				if path == "/parts.shtml" && version == "1.1" || path != "" && path[0] == '/' {
					check(t, args, strings.TrimSpace(string(theirs)))
				}
			}
		}
	}
	one := func(args string) string { return digests[strings.ReplaceAll(args, "PORT", fmt.Sprint(plain))] }
	if a, b := one("-s 127.0.0.1 -p PORT -u / -P 1.0"), one("-s 127.0.0.1 -p PORT -u / -P 1.0 -V two.example"); a == b || a == "" {
		t.Errorf("both hosts have the digest %q", a)
	}
	if a, b := one("-s 127.0.0.1 -p PORT -u /parts.shtml -P 1.0"), one("-s 127.0.0.1 -p PORT -u /parts.shtml -P 1.1"); a == b {
		t.Errorf("the page in parts came in none: %q", a)
	}
}

// check has the checker look at the page that args ask for.
func check(t *testing.T, args []string, digest string) {
	t.Helper()
	o, err := parse(args)
	if err != nil {
		t.Fatal(err)
	}
	url := &conf.URL{Path: o.url, VirtualHost: o.host, Digest: digest, StatusCodes: []conf.StatusRange{{Low: 200, High: 599}}}
	ch := &conf.Checker{Kind: "HTTP_GET", ConnectIP: o.server, ConnectPort: o.port, Probe: &conf.HTTPProbe{URLs: []*conf.URL{url}, Protocol: o.version, SNI: o.sni, SNIName: o.host, VirtualHost: o.host}}
	if o.tls {
		ch.Kind = "SSL_GET"
	}
	c, err := web.NewCheck(ch, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	where := netip.AddrPortFrom(o.server, o.port).String()
	dial := func(ctx context.Context) (net.Conn, error) { return new(net.Dialer).DialContext(ctx, "tcp", where) }
	if err := c.Run(t.Context(), dial); err != nil {
		t.Errorf("%q: %v", args, err)
	}
	wrong := *url
	wrong.Digest = strings.Repeat("0", 32)
	if c, err = web.NewCheck(ch, &wrong, nil); err != nil {
		t.Fatal(err)
	}
	if err := c.Run(t.Context(), dial); err == nil || !strings.HasPrefix(err.Error(), "MD5 digest ") {
		t.Errorf("%q with a wrong digest: %v", args, err)
	}
	for _, row := range []struct {
		url  conf.URL
		want string
	}{
		{conf.URL{}, map[string]string{"/moved": "HTTP status 301, want 200-299", "/broken": "HTTP status 503, want 200-299", "/missing": "HTTP status 404, want 200-299"}[o.url]},
		{conf.URL{StatusCodes: []conf.StatusRange{{Low: 500, High: 599}}}, ""},
	} {
		row.url.Path, row.url.VirtualHost = o.url, ""
		if o.host != "" { // the other host has but one page
			continue
		}
		if c, err = web.NewCheck(ch, &row.url, nil); err != nil {
			t.Fatal(err)
		}
		err := c.Run(t.Context(), dial)
		if len(row.url.StatusCodes) > 0 {
			if (err == nil) != (o.url == "/broken") {
				t.Errorf("%q wants 500-599: %v", args, err)
			}
		} else if (err == nil) != (row.want == "") || err != nil && err.Error() != row.want {
			t.Errorf("%q wants 200-299: %v, want %s", args, err, row.want)
		}
	}
}
