package gateway

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"path"
	"strings"
	"time"

	"github.com/kamaelia-go/kamaelia/components/tcp"
)

// An Upstream is a program that answers requests by a socket. Its fields are
// options, to be set before Open; then it is not changed, and the handlers of all
// connections share it.
type Upstream struct {
	// Address is where it listens: unix:/path, or host:port.
	Address string

	// Root is the directory of its scripts, as it knows it; it need not be here.
	// "" means that it has none, and is one application: SCRIPT_NAME is the prefix
	// then, and PATH_INFO what follows.
	Root string

	// Extensions are those of scripts: the first name on a path that has one of
	// them is the script, and PATH_INFO what follows. nil means .php.
	Extensions []string

	// Index is the script that stands for a directory; "" means index with the
	// first of the Extensions.
	Index string

	// Fallback is the script for all paths that lead to none, such as /index.php.
	// Whether a path does is looked up in Root then.
	Fallback string

	// Documents is the directory that PATH_TRANSLATED and DOCUMENT_ROOT tell of; ""
	// means Root.
	Documents string

	// Variables are what it is told; Bodies, how it is told of a body's length.
	Variables
	Bodies

	// Limits bound its answers.
	Limits Limits

	// Connect is how long it may take to connect, else it is 504. 0 means 5 s.
	Connect time.Duration

	// Keep is how many connections are kept for the next request, by a protocol
	// that can; 0 means as many as the Gate lets in, and a negative number none. A
	// program that is busy with one connection at a time, as php-fpm is, should have
	// more processes than are kept by all its clients.
	Keep int

	// KeepFor is how long a connection is kept without a request. 0 means 10 s.
	KeepFor time.Duration

	// Gate bounds how many requests it has at once. Upstreams may share one; nil
	// means a Gate of its own.
	Gate *Gate

	network, at string // of Address
	pool        pool
}

// Validate reports what is wrong with the options.
func (u *Upstream) Validate() error {
	_, _, err := dialable(u.Address)
	errs := []error{err, u.Variables.Validate(), u.Bodies.Validate(), u.Limits.Validate(), u.Gate.Validate()}
	for _, ext := range u.Extensions {
		if len(ext) < 2 || ext[0] != '.' || strings.ContainsAny(ext, "/\x00") {
			errs = append(errs, fmt.Errorf("extension %q: want .EXT", ext))
		}
	}
	if strings.ContainsAny(u.Index, "/\x00") {
		errs = append(errs, fmt.Errorf("index %q is not a name", u.Index))
	}
	if u.Fallback != "" && (u.Fallback[0] != '/' || path.Clean(u.Fallback) != u.Fallback) {
		errs = append(errs, fmt.Errorf("fallback %q: want a path in the root that begins with a slash", u.Fallback))
	}
	if u.Root == "" && (u.Extensions != nil || u.Index != "" || u.Fallback != "") {
		errs = append(errs, errors.New("extensions, an index or a fallback are of no use without a root"))
	}
	if u.Connect < 0 || u.KeepFor < 0 {
		errs = append(errs, errors.New("a negative limit"))
	}
	return errors.Join(errs...)
}

// Open makes the Upstream ready for use. It does not connect.
func (u *Upstream) Open() error {
	if err := u.Validate(); err != nil {
		return err
	}
	u.network, u.at, _ = dialable(u.Address)
	if u.Root = directory(u.Root); u.Extensions == nil {
		u.Extensions = []string{".php"}
	}
	u.Index = cmp.Or(u.Index, "index"+u.Extensions[0])
	u.Documents = cmp.Or(directory(u.Documents), u.Root)
	if u.Gate == nil {
		u.Gate = &Gate{}
	}
	u.pool.most, u.pool.time = max(cmp.Or(u.Keep, u.Gate.Bound()), 0), cmp.Or(u.KeepFor, 10*time.Second)
	return nil
}

// directory is a directory's name without the slashes at its end. That of all others, as
// a program sees its own root, is one slash.
func directory(name string) string {
	return cmp.Or(strings.TrimRight(name, "/"), name[:min(len(name), 1)])
}

// Opened reports whether the Upstream is ready for use.
func (u *Upstream) Opened() bool { return u != nil && u.network != "" }

// Close closes the connections that are kept. Those in use are closed when their
// request is done.
func (u *Upstream) Close() error {
	u.pool.close()
	return nil
}

// dialable reads an address to connect to.
func dialable(text string) (network, at string, err error) {
	if text == "" {
		return "", "", errors.New("it needs an address: unix:/path, or host:port")
	}
	a, err := tcp.ParseAddress(text)
	if err != nil || a.Mode != 0 || a.Network != "unix" && a.Network != "tcp" {
		return "", "", fmt.Errorf("address %q: want unix:/path, or host:port", text)
	}
	if a.Network == "unix" {
		return a.Network, a.Name, nil
	}
	if host, port, err := net.SplitHostPort(a.Name); err != nil || host == "" || port == "0" {
		return "", "", fmt.Errorf("address %q: want unix:/path, or host:port", text)
	}
	return a.Network, a.Name, nil
}
