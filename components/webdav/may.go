package webdav

import (
	"time"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// may refuses a request whose conditions do not hold, or that writes to what is
// locked: 412 and 423. It is asked under the Dir's lock, so that what it says is
// so while the request is carried out.
func (c *call) may(writes ...write) error {
	if err := c.Share.Dir.Precondition(c.req, c.path, c.name); err != nil {
		return err
	}
	tokens, err := c.conditions()
	if err != nil {
		return err
	}
	if !c.Share.locks.permit(writes, tokens, c.req.User, time.Now()) {
		return refuse(423, "%q is locked", c.name)
	}
	return nil
}

// entry is what is written when a name gets into its directory, or out of it: the
// directory too (RFC 4918 section 7.4).
func entry(name string) write { return write{name: parent(name)} }

// conditions evaluates the If field: 412 if none of its lists holds. It returns
// the lock tokens in it; a client that has written down a token has submitted it,
// wherever it stands (RFC 4918 section 10.4.1).
func (c *call) conditions() (tokens []string, err error) {
	if !c.req.Header.Has("If") {
		return nil, nil
	}
	lists, err := parseIf(c.req.Header.Get("If"))
	if err != nil {
		return nil, &http1.Failure{Status: 400, Cause: err}
	}
	holds := false
	for _, l := range lists {
		for _, x := range l.conditions {
			if x.token != "" {
				tokens = append(tokens, x.token)
			}
		}
		holds = holds || c.holds(l)
	}
	if !holds {
		return nil, refuse(412, "the If field does not hold")
	}
	return tokens, nil
}

// holds evaluates one list.
func (c *call) holds(l stateList) bool {
	name := c.name
	if l.resource != "" {
		var err error
		if name, err = c.resolve(l.resource); err != nil {
			return false
		}
	}
	for _, x := range l.conditions {
		is := false
		if x.token != "" {
			is = c.Share.locks.has(x.token, name, time.Now())
		} else {
			is = x.etag == c.etag(name)
		}
		if is == x.not {
			return false
		}
	}
	return true
}

// etag returns the entity tag of a file as it is now, "" if there is none.
func (c *call) etag(name string) string {
	looked := time.Now()
	fi, err := c.Share.stat(name)
	if err != nil || fi.IsDir() {
		return ""
	}
	return c.Share.Dir.Tree.Tag(fi, looked)
}
