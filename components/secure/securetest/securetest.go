// Package securetest makes certificates for tests.
package securetest

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/components/secure"
)

// A Kind says what a certificate's key is.
type Kind int

// The kinds.
const (
	ECDSA Kind = iota
	RSA
)

// Write writes a certificate that signs itself for some hosts, and its key, into
// a folder: NAME.crt and NAME.key. What is there is replaced, each file at once.
func Write(t testing.TB, folder, name string, kind Kind, hosts ...string) secure.Pair {
	t.Helper()
	var public, private any
	switch kind {
	case RSA:
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		must(t, err)
		public, private = &key.PublicKey, key
	default:
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		must(t, err)
		public, private = &key.PublicKey, key
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	must(t, err)
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(100 * 24 * time.Hour),
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, public, private)
	must(t, err)
	key, err := x509.MarshalPKCS8PrivateKey(private)
	must(t, err)
	pair := secure.Pair{Cert: filepath.Join(folder, name+".crt"), Key: filepath.Join(folder, name+".key")}
	replace(t, pair.Cert, &pem.Block{Type: "CERTIFICATE", Bytes: cert})
	replace(t, pair.Key, &pem.Block{Type: "PRIVATE KEY", Bytes: key})
	return pair
}

// replace writes a file beside and puts it in place.
func replace(t testing.TB, file string, block *pem.Block) {
	t.Helper()
	var text bytes.Buffer
	must(t, pem.Encode(&text, block))
	must(t, os.WriteFile(file+".new", text.Bytes(), 0o600))
	must(t, os.Rename(file+".new", file))
}

// Load returns the certificates of some pairs.
func Load(t testing.TB, pairs ...secure.Pair) *secure.Certificates {
	t.Helper()
	c := &secure.Certificates{Pairs: pairs}
	must(t, c.Load())
	return c
}

// Client returns how a client speaks TLS that trusts the certificates of some
// pairs, as they are now, and asks for a host.
func Client(t testing.TB, host string, pairs ...secure.Pair) *tls.Config {
	t.Helper()
	roots := x509.NewCertPool()
	for _, p := range pairs {
		text, err := os.ReadFile(p.Cert)
		must(t, err)
		roots.AppendCertsFromPEM(text)
	}
	return &tls.Config{RootCAs: roots, ServerName: host}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
