package config

import (
	"fmt"
	"net"
	"strings"

	"github.com/kamaelia-go/kamaelia/components/secure"
	"github.com/kamaelia-go/kamaelia/components/tcp"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

// defaultAddress is where a server listens that is not told where.
const defaultAddress = "127.0.0.1:8080"

// A listen is an address that Open opens.
type listen struct {
	path         string // its key
	address      string
	certificates *secure.Certificates // nil: without TLS
}

// listeners notes where to listen.
func (b *builder) listeners() {
	all := b.c.Listen
	if len(all) == 0 {
		all = []Listen{{Address: defaultAddress}}
	}
	var taken []listen
	for i, l := range all {
		path := fmt.Sprintf("listen[%d]", i)
		if len(all) == 1 {
			path = "listen"
		}
		entry := listen{path: path, address: b.address(path, l.Address, &taken)}
		if len(l.TLS) > 0 {
			entry.certificates = b.certificates(path, l.TLS)
		}
		b.s.listens = append(b.s.listens, entry)
	}
	if b.c.Admin == nil {
		return
	}
	if len(b.c.Admin.Address) == 0 {
		b.lacks("admin", "it needs an address, such as 127.0.0.1:9090")
	}
	for i, address := range b.c.Admin.Address {
		path := fmt.Sprintf("admin.address[%d]", i)
		b.s.admin = append(b.s.admin, listen{path: path, address: b.address(path, address, &taken)})
	}
	b.s.Site.Admin = new(pipelines.Admin)
}

// address checks an address. Two that are the same are a mistake.
func (b *builder) address(path, text string, taken *[]listen) string {
	if text == "" {
		b.lacks(path, "it needs an address, such as %s", defaultAddress)
		return ""
	}
	if name, ok := strings.CutPrefix(text, "unix:"); ok {
		text = "unix:" + b.c.socket(path, name)
	}
	a, err := tcp.ParseAddress(text)
	if err != nil {
		if !strings.Contains(text, ":") {
			err = fmt.Errorf("%q is no address: say 127.0.0.1:%s for this machine alone, or :%[2]s for all", text, portOf(text))
		}
		b.wrong(path, err)
		return ""
	}
	for _, other := range *taken {
		if there, err := tcp.ParseAddress(other.address); err == nil && sameAddress(a, there) {
			b.bad(path, "%s is listened on already, by %s", text, other.path)
			break
		}
	}
	*taken = append(*taken, listen{path: path, address: text})
	return text
}

// sameAddress reports whether two addresses can not both be listened on.
func sameAddress(a, b tcp.Address) bool {
	if a.Network != "tcp" || b.Network != "tcp" {
		return a.Network == b.Network && a.Name == b.Name
	}
	hostA, portA, _ := net.SplitHostPort(a.Name)
	hostB, portB, _ := net.SplitHostPort(b.Name)
	nA, _ := net.LookupPort("tcp", portA)
	nB, _ := net.LookupPort("tcp", portB)
	any := func(host string) bool { return host == "" || host == "0.0.0.0" || host == "::" }
	return nA == nB && nA != 0 && (strings.EqualFold(hostA, hostB) || any(hostA) || any(hostB))
}

func portOf(text string) string {
	if text != "" && strings.Trim(text, "0123456789") == "" {
		return text
	}
	return "8080"
}

// certificates loads the certificates of an address.
func (b *builder) certificates(path string, pairs []Certificate) *secure.Certificates {
	all := new(secure.Certificates)
	for i, p := range pairs {
		at := fmt.Sprintf("%s.tls[%d]", path, i)
		if len(pairs) == 1 {
			at = path + ".tls"
		}
		if p.Certificate == "" {
			b.lacks(at, "it needs a certificate")
			continue
		}
		pair := secure.Pair{Cert: b.c.file(at, p.Certificate), Key: b.c.file(at, p.Key)}
		if err := (&secure.Certificates{Pairs: []secure.Pair{pair}}).Load(); err != nil {
			if p.Key == "" {
				err = fmt.Errorf("%w; no key is given, so it has to stand in the same file", err)
			}
			b.missing(at, err)
		}
		all.Pairs = append(all.Pairs, pair)
	}
	if len(b.problems) == 0 {
		if err := all.Load(); err != nil {
			b.missing(path+".tls", err)
		}
	}
	return all
}

// A ListenError says what could not be listened on.
type ListenError struct {
	Address string
	Err     error
}

// Error names the address.
func (e *ListenError) Error() string { return fmt.Sprintf("cannot listen on %s: %v", e.Address, e.Err) }

// Unwrap returns Err.
func (e *ListenError) Unwrap() error { return e.Err }

// Open opens the sockets, and the access log.
func (s *Server) Open() error {
	if err := s.openLog(); err != nil {
		return err
	}
	for _, l := range s.listens {
		sockets, err := s.open(l)
		if err != nil {
			return err
		}
		for _, socket := range sockets {
			if l.certificates == nil {
				s.Site.Sockets = append(s.Site.Sockets, socket)
			} else {
				s.Site.SecureSockets = append(s.Site.SecureSockets, pipelines.SecureSocket{Listener: socket, Certificates: l.certificates})
			}
		}
	}
	for _, l := range s.admin {
		sockets, err := s.open(l)
		if err != nil {
			return err
		}
		s.Site.Admin.Sockets = append(s.Site.Admin.Sockets, sockets...)
	}
	return nil
}

// open opens the sockets of an address. Close closes those that no Site has
// closed.
func (s *Server) open(l listen) ([]net.Listener, error) {
	sockets, err := tcp.ListenAll(l.address)
	if err != nil {
		return nil, &ListenError{l.address, err}
	}
	for _, socket := range sockets {
		s.opened = append(s.opened, func() error {
			_ = socket.Close() // it is closed already, as a rule
			return nil
		})
	}
	return sockets, nil
}

// Plan puts sockets in place that are not opened, for a picture of the server.
func (s *Server) Plan() {
	for _, l := range s.listens {
		if l.certificates == nil {
			s.Site.Sockets = append(s.Site.Sockets, nowhere(l.address))
		} else {
			s.Site.SecureSockets = append(s.Site.SecureSockets, pipelines.SecureSocket{Listener: nowhere(l.address), Certificates: l.certificates})
		}
	}
	for _, l := range s.admin {
		s.Site.Admin.Sockets = append(s.Site.Admin.Sockets, nowhere(l.address))
	}
	if s.Site.AccessLog != nil {
		s.Site.AccessLog.To = discard{}
	}
}

// nowhere is a socket that is not opened.
type nowhere string

func (nowhere) Accept() (net.Conn, error) { return nil, net.ErrClosed }
func (nowhere) Close() error              { return nil }
func (n nowhere) Addr() net.Addr          { return n }
func (nowhere) Network() string           { return "tcp" }
func (n nowhere) String() string          { return string(n) }
