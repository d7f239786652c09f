package secure

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// A Pair names the files of a certificate, in PEM. They may be one file.
type Pair struct {
	// Cert is the file with the certificate, and behind it those that lead to
	// the root.
	Cert string

	// Key is the file with its private key; "" means that it is in Cert, too.
	Key string
}

// Certificates are those of a server. They come from files, by Load, and may be
// loaded again while the server runs: connections that are made from then on get
// the new ones. It is used by pointer, by several goroutines at once.
type Certificates struct {
	// Pairs are the files. The first pair is for clients that name no host, or
	// one that no certificate is for.
	Pairs []Pair

	loaded atomic.Pointer[loaded]
	seen   atomic.Pointer[[]os.FileInfo] // the files, before Load read them last
}

// loaded is what the files held.
type loaded struct {
	all    []*tls.Certificate
	byName map[string][]*tls.Certificate // in small letters; "*.example.org" for those below
}

// errNone is what a client's handshake fails with before Load.
var errNone = errors.New("secure: no certificate is loaded")

// Validate reports a mistake that shows without reading the files.
func (c *Certificates) Validate() error {
	if len(c.Pairs) == 0 {
		return errors.New("secure: TLS needs a certificate")
	}
	for _, p := range c.Pairs {
		if p.Cert == "" {
			return errors.New("secure: a certificate without a file")
		}
	}
	return nil
}

// Load reads all files. If any of them can not be used it reports what is wrong
// with each, and what was loaded before stays. A certificate that is not valid
// yet, or not any more, is loaded nevertheless: see Expiry.
func (c *Certificates) Load() error {
	if err := c.Validate(); err != nil {
		return err
	}
	files := c.look() // before they are read, so that what changes meanwhile looks changed
	c.seen.Store(&files)
	now := &loaded{byName: map[string][]*tls.Certificate{}}
	var errs []error
	for _, p := range c.Pairs {
		cert, err := p.load()
		if err != nil {
			errs = append(errs, err)
			continue
		}
		now.add(cert)
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	c.loaded.Store(now)
	return nil
}

// load reads one pair.
func (p Pair) load() (*tls.Certificate, error) {
	certPEM, err := os.ReadFile(p.Cert)
	if err != nil {
		return nil, fmt.Errorf("secure: %w", err)
	}
	keyPEM := certPEM
	if p.Key != "" {
		if keyPEM, err = os.ReadFile(p.Key); err != nil {
			return nil, fmt.Errorf("secure: %w", err)
		}
	}
	cert, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		return nil, fmt.Errorf("secure: %s and %s: %s", p.Cert, cmp.Or(p.Key, p.Cert), strings.TrimPrefix(err.Error(), "tls: "))
	}
	return &cert, nil
}

// files lists the files of all pairs.
func (c *Certificates) files() (all []string) {
	for _, p := range c.Pairs {
		all = append(all, p.Cert)
		if p.Key != "" {
			all = append(all, p.Key)
		}
	}
	return all
}

// look tells what the files are now; nil for one that is not there.
func (c *Certificates) look() (now []os.FileInfo) {
	for _, file := range c.files() {
		info, err := os.Stat(file)
		if err != nil {
			info = nil
		}
		now = append(now, info)
	}
	return now
}

// changed reports whether the files are others than Load has read, or tried to.
func (c *Certificates) changed() bool {
	seen := c.seen.Load()
	return seen == nil || !slices.EqualFunc(*seen, c.look(), func(x, y os.FileInfo) bool {
		if x == nil || y == nil {
			return x == nil && y == nil
		}
		return os.SameFile(x, y) && x.ModTime().Equal(y.ModTime()) && x.Size() == y.Size()
	})
}

func (l *loaded) add(cert *tls.Certificate) {
	l.all = append(l.all, cert)
	names := cert.Leaf.DNSNames
	for _, ip := range cert.Leaf.IPAddresses {
		names = append(names, ip.String())
	}
	for _, name := range names {
		name = strings.ToLower(name)
		if !slices.Contains(l.byName[name], cert) {
			l.byName[name] = append(l.byName[name], cert)
		}
	}
}

// Get chooses the certificate for a client by the name that it asks for (RFC 6066
// section 3), and by what else it supports if there are several for that name. It
// is a tls.Config's GetCertificate.
func (c *Certificates) Get(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	l := c.loaded.Load()
	if l == nil {
		return nil, errNone
	}
	name := strings.TrimSuffix(strings.ToLower(hello.ServerName), ".")
	if name == "" && hello.Conn != nil {
		// Clients do not name addresses; the one they have called may be certified.
		if host := hostOf(hello.Conn.LocalAddr()); l.byName[host] != nil {
			name = host
		}
	}
	candidates := l.byName[name]
	if candidates == nil {
		if _, parent, ok := strings.Cut(name, "."); ok {
			candidates = l.byName["*."+parent]
		}
	}
	for _, cert := range candidates {
		if len(candidates) == 1 || hello.SupportsCertificate(cert) == nil {
			return cert, nil
		}
	}
	// The client will say what it thinks of a certificate for another name.
	for _, cert := range l.all {
		if unnamed(hello).SupportsCertificate(cert) == nil {
			return cert, nil
		}
	}
	return l.all[0], nil
}

// unnamed is a client's hello without the name.
func unnamed(hello *tls.ClientHelloInfo) *tls.ClientHelloInfo {
	h := *hello
	h.ServerName = ""
	return &h
}

// Expiry returns when the first of the certificates will not be valid any more,
// zero if none is loaded.
func (c *Certificates) Expiry() (first time.Time) {
	l := c.loaded.Load()
	if l == nil {
		return first
	}
	for _, cert := range l.all {
		if end := cert.Leaf.NotAfter; first.IsZero() || end.Before(first) {
			first = end
		}
	}
	return first
}

// Config returns how a server speaks TLS: version 1.2 or 1.3, with the standard
// library's choice of ciphers and curves, and with h2 and http/1.1 to choose from
// (RFC 7301). The caller may change what it returns, before it is used.
func (c *Certificates) Config() *tls.Config {
	return &tls.Config{
		GetCertificate: c.Get,
		MinVersion:     tls.VersionTLS12,
		NextProtos:     []string{"h2", "http/1.1"},
	}
}
