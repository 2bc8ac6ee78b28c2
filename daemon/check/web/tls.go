package web

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"

	"github.com/viplab/viplab/daemon/conf"
)

// TLS is how to speak TLS. A server's certificate is not verified, as in keepalived, unless
// Verify says so.
type TLS struct {
	config *tls.Config
	// Compliant has a connection that ends without close_notify fail.
	Compliant bool
}

// NewTLS returns TLS with the server's name in the handshake, if it is not empty, and
// what ssl, which may be nil, says.
func NewTLS(name string, ssl *conf.SSL) (*TLS, error) {
	c := &tls.Config{
		InsecureSkipVerify: true, // a check asks whether a server works, not whose it is
		MinVersion:         tls.VersionTLS12,
		ServerName:         name,
		CipherSuites:       suites(),
	}
	if ssl == nil {
		return &TLS{config: c}, nil
	}
	if ssl.Certificate != "" || ssl.Key != "" {
		own, err := keyPair(ssl)
		if err != nil {
			return nil, err
		}
		c.Certificates = []tls.Certificate{own}
	}
	return &TLS{config: c}, nil
}

// Verify has a server fail whose certificate is not for host, a name or an address, or
// is not vouched for by an authority in the file ca; empty: by one that the
// system trusts.
func (t *TLS) Verify(host, ca string) error {
	roots, err := authorities(ca)
	if err != nil {
		return err
	}
	c := t.config.Clone()
	c.VerifyConnection = func(s tls.ConnectionState) error {
		between := x509.NewCertPool()
		for _, cert := range s.PeerCertificates[1:] {
			between.AddCert(cert)
		}
		_, err := s.PeerCertificates[0].Verify(x509.VerifyOptions{DNSName: host, Roots: roots, Intermediates: between})
		if err != nil {
			return fmt.Errorf("certificate: %w", err)
		}
		return nil
	}
	t.config = c
	return nil
}

// authorities reads the certificates of a file; nil stands for the system's.
func authorities(ca string) (*x509.CertPool, error) {
	if ca == "" {
		return nil, nil
	}
	text, err := os.ReadFile(ca)
	if err != nil {
		return nil, fmt.Errorf("read SSL ca: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("SSL ca %s has no certificate", ca)
	}
	return pool, nil
}

// suites are Go's and those that it leaves out though OpenSSL offers them: the
// key exchange of RSA.
func suites() []uint16 {
	var ids []uint16
	for _, s := range tls.CipherSuites() {
		ids = append(ids, s.ID)
	}
	return append(ids, tls.TLS_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_RSA_WITH_AES_256_GCM_SHA384,
		tls.TLS_RSA_WITH_AES_128_CBC_SHA, tls.TLS_RSA_WITH_AES_256_CBC_SHA, tls.TLS_RSA_WITH_AES_128_CBC_SHA256)
}

// keyPair reads the client's certificate and key, which may be in one file.
func keyPair(ssl *conf.SSL) (tls.Certificate, error) {
	certFile, keyFile := ssl.Certificate, ssl.Key
	if certFile == "" {
		certFile = keyFile
	}
	if keyFile == "" {
		keyFile = certFile
	}
	certs, err := os.ReadFile(certFile)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("read SSL certificate: %w", err)
	}
	key, err := os.ReadFile(keyFile)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("read SSL key: %w", err)
	}
	if key, err = decrypt(key, ssl.Password); err != nil {
		return tls.Certificate{}, fmt.Errorf("SSL key %s: %w", keyFile, err)
	}
	pair, err := tls.X509KeyPair(certs, key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("SSL certificate %s: %w", certFile, err)
	}
	return pair, nil
}

// decrypt opens the private key in text with a password, where it is locked in
// the way of RFC 1421 ("Proc-Type: 4,ENCRYPTED").
func decrypt(text []byte, password string) ([]byte, error) {
	var out []byte
	for rest := text; ; {
		var b *pem.Block
		if b, rest = pem.Decode(rest); b == nil {
			return out, nil
		}
		if b.Type == "ENCRYPTED PRIVATE KEY" {
			der, err := openPKCS8(b.Bytes, password)
			if err != nil {
				return nil, err
			}
			b = &pem.Block{Type: "PRIVATE KEY", Bytes: der}
		}
		//lint:ignore SA1019 a weak lock, but openssl has it with -traditional and keepalived opens it
		if x509.IsEncryptedPEMBlock(b) {
			//lint:ignore SA1019 see above
			der, err := x509.DecryptPEMBlock(b, []byte(password))
			if err != nil {
				return nil, errPassword
			}
			b = &pem.Block{Type: b.Type, Bytes: der}
		}
		out = append(out, pem.EncodeToMemory(b)...)
	}
}
