package secure_test

import (
	"crypto/tls"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/components/secure"
	"github.com/kamaelia-go/kamaelia/components/secure/securetest"
)

// shake lets a client and a server shake hands, and returns what the client sees.
func shake(t *testing.T, server, client *tls.Config) (tls.ConnectionState, error) {
	t.Helper()
	here, there := sockets(t)
	done := make(chan error, 1)
	go func() {
		done <- tls.Server(here, server).Handshake()
		here.Close()
	}()
	c := tls.Client(there, client)
	err := c.Handshake()
	there.Close()
	if mine := <-done; err == nil && mine != nil {
		err = mine
	}
	return c.ConnectionState(), err
}

func TestCertificates_Choose(t *testing.T) {
	dir := t.TempDir()
	first := securetest.Write(t, dir, "first", securetest.ECDSA, "a.example", "127.0.0.1")
	wild := securetest.Write(t, dir, "wild", securetest.ECDSA, "*.b.example")
	exact := securetest.Write(t, dir, "exact", securetest.ECDSA, "x.b.example")
	modern := securetest.Write(t, dir, "modern", securetest.ECDSA, "c.example")
	old := securetest.Write(t, dir, "old", securetest.RSA, "c.example")
	server := securetest.Load(t, first, wild, exact, modern, old).Config()
	for _, c := range []struct {
		name string
		asks string
		rsa  bool
		want string
	}{
		{"by name", "a.example", false, "first"},
		{"in capitals", "A.Example", false, "first"},
		{"below a star", "y.b.example", false, "wild"},
		{"a star is one label", "z.y.b.example", false, "first"},
		{"a star is not its parent", "b.example", false, "first"},
		{"the exact one before the star", "x.b.example", false, "exact"},
		{"an unknown name", "other.example", false, "first"},
		{"no name", "", false, "first"},
		{"two for a name", "c.example", false, "modern"},
		{"two for a name, a client that knows RSA alone", "c.example", true, "old"},
		{"an unknown name, a client that knows RSA alone", "other.example", true, "old"},
	} {
		t.Run(c.name, func(t *testing.T) {
			client := &tls.Config{ServerName: c.asks, InsecureSkipVerify: true}
			if c.rsa {
				client.MaxVersion = tls.VersionTLS12
				client.CipherSuites = []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}
			}
			state, err := shake(t, server, client)
			if err != nil {
				t.Fatal(err)
			}
			if got := state.PeerCertificates[0].Subject.CommonName; got != c.want {
				t.Errorf("got the one called %s", got)
			}
		})
	}
}

func TestCertificates_Defaults(t *testing.T) {
	pair := securetest.Write(t, t.TempDir(), "a", securetest.ECDSA, "a.example")
	server := securetest.Load(t, pair).Config()
	client := securetest.Client(t, "a.example", pair)
	client.NextProtos = []string{"http/1.1", "h2"}
	state, err := shake(t, server, client)
	if err != nil || state.Version != tls.VersionTLS13 || state.NegotiatedProtocol != "h2" {
		t.Errorf("%x %q %v", state.Version, state.NegotiatedProtocol, err)
	}
	client.NextProtos = nil
	client.MaxVersion = tls.VersionTLS12
	if state, err = shake(t, server, client); err != nil || state.NegotiatedProtocol != "" {
		t.Errorf("%q %v", state.NegotiatedProtocol, err)
	}
	client.MinVersion, client.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	if _, err = shake(t, server, client); err == nil {
		t.Error("TLS 1.1 is spoken")
	}
}

func TestCertificates_Faults(t *testing.T) {
	dir := t.TempDir()
	one := securetest.Write(t, dir, "one", securetest.ECDSA, "a.example")
	two := securetest.Write(t, dir, "two", securetest.RSA, "a.example")
	junk := filepath.Join(dir, "junk")
	if err := os.WriteFile(junk, []byte("junk"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		pairs []secure.Pair
		want  []string
	}{
		{"none", nil, []string{"needs a certificate"}},
		{"no file", []secure.Pair{{}}, []string{"without a file"}},
		{"missing, and junk", []secure.Pair{{Cert: filepath.Join(dir, "none")}, one, {Cert: junk, Key: one.Key}}, []string{"none: no such file", "junk and"}},
		{"another's key", []secure.Pair{{Cert: one.Cert, Key: two.Key}}, []string{"private key type does not match"}},
		{"no key", []secure.Pair{{Cert: one.Cert}}, []string{"one.crt and"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			certs := &secure.Certificates{Pairs: []secure.Pair{one}}
			if err := certs.Load(); err != nil {
				t.Fatal(err)
			}
			certs.Pairs = c.pairs
			err := certs.Load()
			for _, want := range c.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("%v, want %q", err, want)
				}
			}
			if _, err := shake(t, certs.Config(), securetest.Client(t, "a.example", one)); err != nil {
				t.Errorf("what was loaded before is lost: %v", err)
			}
		})
	}
	if _, err := shake(t, (&secure.Certificates{Pairs: []secure.Pair{one}}).Config(), &tls.Config{InsecureSkipVerify: true}); err == nil {
		t.Error("a handshake without a certificate")
	}
}

// One file may hold both.
func TestCertificates_OneFile(t *testing.T) {
	dir := t.TempDir()
	pair := securetest.Write(t, dir, "a", securetest.ECDSA, "a.example")
	cert, _ := os.ReadFile(pair.Cert)
	key, _ := os.ReadFile(pair.Key)
	both := filepath.Join(dir, "both.pem")
	if err := os.WriteFile(both, slices.Concat(key, cert), 0o600); err != nil {
		t.Fatal(err)
	}
	certs := securetest.Load(t, secure.Pair{Cert: both})
	if d := time.Until(certs.Expiry()); d < 99*24*time.Hour || d > 101*24*time.Hour {
		t.Errorf("expires in %v", d)
	}
}

func ExampleCertificates() {
	certs := &secure.Certificates{Pairs: []secure.Pair{{Cert: "site.crt", Key: "site.key"}}}
	fmt.Println(certs.Load())
	config := certs.Config()
	fmt.Println(config.NextProtos, config.MinVersion == tls.VersionTLS12)
	// Output:
	// secure: open site.crt: no such file or directory
	// [h2 http/1.1] true
}

// The client's own view of a certificate for another name.
func TestCertificates_OtherName(t *testing.T) {
	pair := securetest.Write(t, t.TempDir(), "a", securetest.ECDSA, "a.example")
	_, err := shake(t, securetest.Load(t, pair).Config(), securetest.Client(t, "b.example", pair))
	if _, ok := err.(*tls.CertificateVerificationError); !ok {
		t.Errorf("%T %v", err, err)
	}
}
