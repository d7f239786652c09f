package secure_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/secure"
	"github.com/kamaelia-go/kamaelia/components/secure/securetest"
)

func TestKeeper_Conform(t *testing.T) {
	pair := securetest.Write(t, t.TempDir(), "a", securetest.ECDSA, "a.example")
	axontest.Conform(t, func() axon.Component {
		return &secure.Keeper{Certificates: &secure.Certificates{Pairs: []secure.Pair{pair}}}
	}, axontest.RealTime())
}

// serves waits until the server has another certificate than before, and returns
// whether the client that trusts pair takes it.
func serves(t *testing.T, certs *secure.Certificates, pair secure.Pair) {
	t.Helper()
	client := securetest.Client(t, "a.example", pair)
	var err error
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); {
		if _, err = shake(t, certs.Config(), client); err == nil {
			return
		}
	}
	t.Fatalf("the new certificate does not come: %v", err)
}

func keep(t *testing.T, pair secure.Pair) (*secure.Certificates, *axontest.Harness, *secure.Keeper) {
	certs := securetest.Load(t, pair)
	k := &secure.Keeper{Certificates: certs, Settle: 20 * time.Millisecond}
	h := axontest.Run(t, k)
	return certs, h, k
}

func TestKeeper_Renews(t *testing.T) {
	dir := t.TempDir()
	pair := securetest.Write(t, dir, "a", securetest.ECDSA, "a.example")
	certs, h, k := keep(t, pair)
	for range 3 {
		securetest.Write(t, dir, "a", securetest.ECDSA, "a.example")
		serves(t, certs, pair)
	}
	// A bad file keeps the old certificate, and is told of.
	good := securetest.Client(t, "a.example", pair)
	if err := os.WriteFile(pair.Cert, []byte("junk"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := axontest.Recv(h, &k.Failures); !strings.Contains(err.Error(), "former certificates stay in use: secure: "+pair.Cert) {
		t.Error(err)
	}
	if _, err := shake(t, certs.Config(), good); err != nil {
		t.Errorf("the old one is gone: %v", err)
	}
	securetest.Write(t, dir, "a", securetest.RSA, "a.example")
	serves(t, certs, pair)
	h.Finish()
	if err := h.Wait(); err != nil {
		t.Error(err)
	}
}

// What changes after it was loaded, and before it is watched, is not missed.
func TestKeeper_Before(t *testing.T) {
	dir := t.TempDir()
	certs := securetest.Load(t, securetest.Write(t, dir, "a", securetest.ECDSA, "a.example"))
	pair := securetest.Write(t, dir, "a", securetest.ECDSA, "a.example")
	axontest.Run(t, &secure.Keeper{Certificates: certs, Settle: time.Millisecond})
	serves(t, certs, pair)
}

// Links to files, and folders that are links, as certbot and Kubernetes make
// them.
func TestKeeper_Links(t *testing.T) {
	link := func(t *testing.T, to, name string) {
		t.Helper()
		if err := os.Symlink(to, name+".new"); err != nil {
			t.Skip(err)
		}
		if err := os.Rename(name+".new", name); err != nil {
			t.Fatal(err)
		}
	}
	for name, change := range map[string]func(t *testing.T, dir string) (secure.Pair, func() secure.Pair){
		"certbot": func(t *testing.T, dir string) (secure.Pair, func() secure.Pair) {
			archive, live := filepath.Join(dir, "archive"), filepath.Join(dir, "live")
			_, _ = os.Mkdir(archive, 0o700), os.Mkdir(live, 0o700)
			point := func(p secure.Pair) {
				link(t, p.Cert, filepath.Join(live, "cert.pem"))
				link(t, p.Key, filepath.Join(live, "key.pem"))
			}
			point(securetest.Write(t, archive, "one", securetest.ECDSA, "a.example"))
			return secure.Pair{Cert: filepath.Join(live, "cert.pem"), Key: filepath.Join(live, "key.pem")}, func() secure.Pair {
				two := securetest.Write(t, archive, "two", securetest.ECDSA, "a.example")
				point(two)
				return two
			}
		},
		"kubernetes": func(t *testing.T, dir string) (secure.Pair, func() secure.Pair) {
			one, two := filepath.Join(dir, "..one"), filepath.Join(dir, "..two")
			_, _ = os.Mkdir(one, 0o700), os.Mkdir(two, 0o700)
			securetest.Write(t, one, "tls", securetest.ECDSA, "a.example")
			link(t, "..one", filepath.Join(dir, "..data"))
			link(t, filepath.Join("..data", "tls.crt"), filepath.Join(dir, "tls.crt"))
			link(t, filepath.Join("..data", "tls.key"), filepath.Join(dir, "tls.key"))
			return secure.Pair{Cert: filepath.Join(dir, "tls.crt"), Key: filepath.Join(dir, "tls.key")}, func() secure.Pair {
				pair := securetest.Write(t, two, "tls", securetest.ECDSA, "a.example")
				link(t, "..two", filepath.Join(dir, "..data"))
				return pair
			}
		},
		"a file behind a link": func(t *testing.T, dir string) (secure.Pair, func() secure.Pair) {
			real := filepath.Join(dir, "real")
			_ = os.Mkdir(real, 0o700)
			pair := securetest.Write(t, real, "a", securetest.ECDSA, "a.example")
			named := secure.Pair{Cert: filepath.Join(dir, "c"), Key: filepath.Join(dir, "k")}
			link(t, pair.Cert, named.Cert)
			link(t, pair.Key, named.Key)
			return named, func() secure.Pair { return securetest.Write(t, real, "a", securetest.ECDSA, "a.example") }
		},
	} {
		t.Run(name, func(t *testing.T) {
			pair, renew := change(t, t.TempDir())
			certs, _, _ := keep(t, pair)
			serves(t, certs, renew())
		})
	}
}
