package webdav

import (
	"errors"
	"strings"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// errElsewhere says that a URI does not lead into this share.
var errElsewhere = errors.New("not in this share")

// resolve returns the name that a URI, or an absolute path, stands for: of the
// Destination field, or of a tag in If (RFC 4918 sections 8.3 and 10).
func (c *call) resolve(uri string) (name string, err error) {
	target := &http1.Request{Method: "GET"}
	if err := target.SetTarget(uri); err != nil {
		return "", refuse(400, "%v", err) // it is not the connection that is broken
	}
	if target.Host != "" && !strings.EqualFold(target.Host, c.req.Host) {
		return "", errElsewhere
	}
	path, ok := strings.CutPrefix(target.Path, c.Prefix)
	if !ok || path != "" && path[0] != '/' {
		return "", errElsewhere
	}
	return c.Share.Dir.Name(path)
}

// destination returns the name that COPY and MOVE lead to.
func (c *call) destination() (string, error) {
	field := c.req.Header.Get("Destination")
	name, err := c.resolve(field)
	switch {
	case errors.Is(err, errElsewhere):
		return "", refuse(502, "destination %q: %w", field, err)
	case err != nil:
		return "", err
	}
	return name, nil
}

// href returns the path of a resource as it stands in an answer, percent-encoded.
func (c *call) href(name string, dir bool) string {
	const hex = "0123456789ABCDEF"
	path := c.Prefix + "/" + name
	if dir && name != "" {
		path += "/"
	}
	b := make([]byte, 0, len(path)+16)
	for i := range len(path) {
		if x := path[i]; x == '/' || isPathChar(x) {
			b = append(b, x)
		} else {
			b = append(b, '%', hex[x>>4], hex[x&15])
		}
	}
	return string(b)
}

// isPathChar reports whether a byte stands in a path as it is, and in XML too.
func isPathChar(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	}
	return strings.IndexByte("-._~!$()*+,;=:@", c) >= 0
}

// The depths of a request (RFC 4918 section 10.2).
const (
	depthZero = iota
	depthOne
	depthInfinity
)

// depth reads the Depth field; without one it is infinite.
func (c *call) depth() (int, error) {
	switch v := c.req.Header.Get("Depth"); strings.ToLower(v) {
	case "0":
		return depthZero, nil
	case "1":
		return depthOne, nil
	case "infinity", "":
		return depthInfinity, nil
	default:
		return 0, refuse(400, "depth %q", v)
	}
}
