package proxy

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/kamaelia-go/kamaelia/components/gateway"
)

// An Upstream is a server of HTTP that answers requests. Its fields are options, to be
// set before Open; then it is not changed, and the handlers of all connections share
// it.
type Upstream struct {
	// URL is where it is: http://host:port, https://host, or unix:/path. A path
	// behind the host takes the place of the prefix; without one, paths stay as they
	// are.
	URL string

	// Host is what the Host field says; "" means what the client's says.
	Host string

	// TrustForwarded says that the fields Forwarded and X-Forwarded-* of a request
	// count, since a proxy before this server has set them. Otherwise what clients
	// say there is dropped.
	TrustForwarded bool

	// Authorization says to pass that field on also if a filter has looked at it.
	// Where none has, it is the Upstream's, and passed on at any rate.
	Authorization bool

	// Connect is how long it may take to connect, else it is 504. 0 means 5 s.
	Connect time.Duration

	// First is how long it may take to begin its answer when it has the request, and
	// to take a piece of the request's body before, else it is 504. 0 means 60 s, and
	// a negative number no limit.
	First time.Duration

	// Idle is how long it may be silent in its answer; then the connection to the
	// client is cut. 0 means 60 s, and a negative number no limit.
	Idle time.Duration

	// Keep is how many connections are kept for the next request; 0 means as many as
	// the Gate lets in, and a negative number none. KeepFor is how long; 0 means 10 s.
	Keep    int
	KeepFor time.Duration

	// Health, if set, is a path that is asked for every Every, as it stands in a URL, and
	// with a query if it has one: see Check. While it answers with no status from 200
	// to 399, requests are refused with 503.
	Health string

	// Every is how long it is between two looks; 0 means 5 s.
	Every time.Duration

	// Gate bounds how many requests it has at once. Upstreams may share one; nil
	// means a Gate of its own.
	Gate *gateway.Gate

	base      *url.URL
	transport *http.Transport // nil until Open
	down      atomic.Pointer[gateway.ScriptError]
}

// Validate reports what is wrong with the options.
func (u *Upstream) Validate() error {
	_, _, err := parse(u.URL)
	errs := []error{err, u.Gate.Validate()}
	if u.Connect < 0 || u.KeepFor < 0 || u.Every < 0 {
		errs = append(errs, errors.New("a negative limit"))
	}
	if strings.ContainsAny(u.Host, " /\r\n") {
		errs = append(errs, fmt.Errorf("host %q: want a name, or name:port", u.Host))
	}
	if health, err := url.Parse(u.Health); err != nil || u.Health != "" && (u.Health[0] != '/' || health.Host != "" || health.Fragment != "") {
		errs = append(errs, fmt.Errorf("health %q: want a path that begins with a slash, and perhaps a query", u.Health))
	}
	return errors.Join(errs...)
}

// parse reads where an Upstream is. socket is the one of Unix, if it is that.
func parse(text string) (base *url.URL, socket string, err error) {
	if text == "" {
		return nil, "", errors.New("it needs a URL: http://host:port, or unix:/path")
	}
	if path, ok := strings.CutPrefix(text, "unix:"); ok {
		if !filepath.IsAbs(path) {
			return nil, "", fmt.Errorf("URL %q: want unix: and a path that begins with a slash", text)
		}
		return &url.URL{Scheme: "http", Host: "localhost"}, path, nil
	}
	base, err = url.Parse(text)
	if err != nil || base.Scheme != "http" && base.Scheme != "https" || base.Host == "" || base.User != nil || base.RawQuery != "" || base.Fragment != "" {
		return nil, "", fmt.Errorf("URL %q: want http://host:port, https://host, or unix:/path", text)
	}
	return base, "", nil
}

// Open makes the Upstream ready for use. It does not connect.
func (u *Upstream) Open() error {
	if err := u.Validate(); err != nil {
		return err
	}
	base, socket, _ := parse(u.URL)
	if u.Gate == nil {
		u.Gate = &gateway.Gate{}
	}
	u.base = base
	u.base.Path = strings.TrimRight(base.Path, "/")
	var dialer net.Dialer
	keep := max(cmp.Or(u.Keep, u.Gate.Bound()), 0)
	u.transport = &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			if socket != "" {
				network, address = "unix", socket
			}
			ctx, cancel := context.WithTimeout(ctx, u.connect())
			defer cancel()
			conn, err := dialer.DialContext(ctx, network, address)
			if err != nil {
				return nil, gateway.Unreachable(err, u.connect())
			}
			return newWire(conn), nil
		},
		TLSHandshakeTimeout:    u.connect(),
		DisableKeepAlives:      keep == 0,
		DisableCompression:     true, // the body is the client's business
		MaxIdleConnsPerHost:    keep,
		MaxResponseHeaderBytes: 256 << 10,
		IdleConnTimeout:        cmp.Or(u.KeepFor, 10*time.Second),
		ResponseHeaderTimeout:  max(u.first(), 0),
	}
	return nil
}

// Opened reports whether the Upstream is ready for use.
func (u *Upstream) Opened() bool { return u != nil && u.transport != nil }

// Close closes the connections that are kept. Those in use are closed KeepFor after
// their request is done.
func (u *Upstream) Close() error {
	u.transport.CloseIdleConnections()
	return nil
}

// Down tells why requests are refused; nil if they are not.
func (u *Upstream) Down() error {
	if why := u.down.Load(); why != nil {
		return why
	}
	return nil
}

func (u *Upstream) connect() time.Duration { return cmp.Or(u.Connect, 5*time.Second) }
func (u *Upstream) first() time.Duration   { return cmp.Or(u.First, time.Minute) }
func (u *Upstream) idle() time.Duration    { return cmp.Or(u.Idle, time.Minute) }
func (u *Upstream) every() time.Duration   { return cmp.Or(u.Every, 5*time.Second) }

// cause makes an error of what went wrong.
func (u *Upstream) cause(path, request string, why error) *gateway.ScriptError {
	return &gateway.ScriptError{Gateway: "upstream " + u.URL, Script: path, Request: request, Err: why}
}
