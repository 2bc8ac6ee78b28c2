package web

import (
	"crypto/x509"
	"errors"

	"github.com/youmark/pkcs8"
)

// errPassword is that a locked key stays locked.
var errPassword = errors.New("the password does not open it")

// openPKCS8 opens a private key that is locked as PKCS #8 has it (RFC 5958), which is what
// openssl writes today, and returns it unlocked.
func openPKCS8(der []byte, password string) ([]byte, error) {
	key, _, err := pkcs8.ParsePrivateKey(der, []byte(password))
	if err != nil {
		return nil, errPassword
	}
	return x509.MarshalPKCS8PrivateKey(key)
}
