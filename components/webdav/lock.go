package webdav

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// lock takes a lock, or gives one new time (RFC 4918 section 9.10). Where there is
// nothing, it makes an empty file (section 7.3).
func (c *call) lock() (*http1.Response, error) {
	n, err := c.document()
	if err != nil {
		return nil, err
	}
	if n == nil {
		return c.refresh()
	}
	depth, err := c.depth()
	if err != nil || depth == depthOne {
		return nil, refuse(400, "a lock is of depth 0 or infinity")
	}
	l, err := wanted(n)
	if err != nil {
		return nil, err
	}
	l.name, l.deep, l.user, l.time = c.name, depth == depthInfinity, c.req.User, c.timeout()
	created, err := c.take(l)
	if err != nil {
		return nil, err
	}
	resp := c.discovery(*l)
	if created {
		resp.Status = 201
	}
	resp.Header.Add("Lock-Token", "<"+l.token+">")
	return resp, nil
}

// mostOwner is how many bytes of XML may tell who holds a lock.
const mostOwner = 4 << 10

// wanted reads the body of a LOCK.
func wanted(n *node) (*held, error) {
	if !n.is("lockinfo") {
		return nil, refuse(400, "the body is no DAV:lockinfo")
	}
	scope, kind := n.kid("lockscope"), n.kid("locktype")
	if scope == nil || kind == nil || kind.kid("write") == nil {
		return nil, refuse(422, "a lock is for writing, and has a scope")
	}
	l := &held{shared: scope.kid("shared") != nil}
	if !l.shared && scope.kid("exclusive") == nil {
		return nil, refuse(422, "a lock is exclusive or shared")
	}
	if owner := n.kid("owner"); owner != nil {
		if l.owner = owner.inner(); len(l.owner) > mostOwner {
			return nil, refuse(413, "%d bytes of owner", len(l.owner))
		}
	}
	return l, nil
}

// take takes a lock, and reports whether it has made a file for it.
func (c *call) take(l *held) (created bool, err error) {
	s := c.Share
	grab := func() error {
		switch err := s.locks.take(l, time.Now(), s.mostLocks()); {
		case errors.Is(err, errLocked):
			return &http1.Failure{Status: 423, Cause: err}
		case err != nil:
			return &http1.Failure{Status: 507, Cause: err}
		}
		return nil
	}
	if s.exists(c.name) {
		return false, c.takeThere(grab)
	}
	if c.folder() {
		return false, refuse(409, "%q is not there", c.path)
	}
	f, err := s.Dir.Create(c.name, 0)
	if err != nil {
		return false, err
	}
	defer f.Abandon()
	created, _, err = f.Commit(func() error {
		if s.exists(c.name) {
			return errThere
		}
		if err := c.may(entry(c.name)); err != nil {
			return err
		}
		return grab()
	})
	if errors.Is(err, errThere) {
		return false, c.takeThere(grab)
	}
	if err != nil && l.token != "" {
		s.locks.free(l.token)
	}
	return created, err
}

// errThere says that somebody else was quicker to make a file, which is to stay as it is.
var errThere = errors.New("webdav: it is there meanwhile")

// takeThere takes a lock on what is there.
func (c *call) takeThere(grab func() error) error {
	s := c.Share
	if _, err := s.find(c.name); err != nil {
		return err
	}
	return s.Dir.Do(func() error {
		if err := s.Dir.Precondition(c.req, c.path, c.name); err != nil {
			return err
		}
		if _, err := c.conditions(); err != nil {
			return err
		}
		return grab()
	})
}

// refresh gives the lock whose token is in the If field new time.
func (c *call) refresh() (*http1.Response, error) {
	tokens, err := c.conditions()
	if err != nil {
		return nil, err
	}
	for _, token := range tokens {
		if l, ok := c.Share.locks.refresh(token, c.name, c.req.User, time.Now(), c.timeout()); ok {
			return c.discovery(l), nil
		}
	}
	if tokens == nil {
		return nil, refuse(400, "LOCK without a body and without a token")
	}
	return nil, refuse(412, "no such lock on %q", c.name)
}

// discovery tells of a lock.
func (c *call) discovery(l held) *http1.Response {
	b := c.appendLocks([]byte(`<D:prop xmlns:D="DAV:"><D:lockdiscovery>`), []held{l})
	return c.xmlAnswer(200, append(b, "</D:lockdiscovery></D:prop>\n"...))
}

// timeout reads the Timeout field (RFC 4918 section 10.7): the first time that it
// wants, or the longest there is.
func (c *call) timeout() time.Duration {
	most := c.Share.lockTime()
	for want := range strings.SplitSeq(c.req.Header.Joined("Timeout"), ",") {
		number, ok := strings.CutPrefix(strings.TrimSpace(want), "Second-")
		if n, err := strconv.ParseUint(number, 10, 32); ok && err == nil && n > 0 {
			return min(most, time.Duration(n)*time.Second)
		}
	}
	return most
}

// unlock gives a lock up (RFC 4918 section 9.11).
func (c *call) unlock() (*http1.Response, error) {
	field := c.req.Header.Get("Lock-Token")
	token, rest, ok := cutBrackets(field, '>')
	if !ok || rest != "" || field[0] != '<' {
		return nil, refuse(400, "lock token %q", field)
	}
	for _, l := range c.Share.locks.list(c.name, time.Now()) {
		if l.token != token {
			continue
		}
		if l.user != c.req.User {
			return nil, refuse(403, "the lock is of another user")
		}
		c.Share.locks.free(token)
		return c.done(204)
	}
	return nil, refuse(409, "there is no such lock on %q", c.name)
}
