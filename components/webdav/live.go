package webdav

import (
	"encoding/xml"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strconv"
	"time"
)

// A resource is what properties are asked of.
type resource struct {
	name   string
	info   fs.FileInfo
	looked time.Time // when info was got, or before
	dead   []property
	bare   bool // it is known that there are none
}

// live are the properties that the server itself knows (RFC 4918 section 15), in
// the order in which they are listed.
var live = []string{
	"resourcetype", "displayname", "getcontentlength", "getcontenttype", "getetag", "getlastmodified",
	"lockdiscovery", "supportedlock",
}

// isProtected reports whether a property can not be set. A displayname can be.
func isProtected(name xml.Name) bool {
	return name.Space == "DAV:" && name.Local != "displayname" &&
		(slices.Contains(live, name.Local) || name.Local == "creationdate")
}

// names returns the names of the properties that a resource may have: all live
// ones, and its dead ones.
func (r *resource) names() []xml.Name {
	all := make([]xml.Name, 0, len(live)+len(r.dead))
	for _, local := range live {
		all = append(all, xml.Name{Space: "DAV:", Local: local})
	}
	for i := range r.dead {
		if name := r.dead[i].name(); !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return all
}

// appendProperty writes a property of a resource. It reports whether there is one.
func (c *call) appendProperty(b []byte, r *resource, name xml.Name) ([]byte, bool) {
	for i := range r.dead {
		if r.dead[i].name() == name {
			return r.dead[i].append(b), true
		}
	}
	if name.Space != "DAV:" {
		return b, false
	}
	value, ok := c.liveValue(r, name.Local)
	if !ok {
		return b, false
	}
	if value == "" {
		return fmt.Appendf(b, "<D:%s/>", name.Local), true
	}
	return fmt.Appendf(b, "<D:%s>%s</D:%[1]s>", name.Local, value), true
}

// liveValue returns the value of a live property, in XML.
func (c *call) liveValue(r *resource, local string) (value string, ok bool) {
	dir, tree := r.info.IsDir(), c.Share.Dir.Tree
	switch local {
	case "resourcetype":
		if dir {
			return "<D:collection/>", true
		}
		return "", true
	case "displayname":
		return string(appendText(nil, path.Base(r.name))), r.name != ""
	case "getcontentlength":
		return strconv.FormatInt(r.info.Size(), 10), !dir
	case "getcontenttype":
		return string(appendText(nil, tree.MediaType(r.name))), !dir
	case "getetag":
		if dir {
			return "", false
		}
		return string(appendText(nil, tree.Tag(r.info, r.looked))), true
	case "getlastmodified":
		return r.info.ModTime().UTC().Format(http.TimeFormat), true
	case "lockdiscovery":
		return string(c.appendLocks(nil, c.Share.locks.list(r.name, time.Now()))), true
	case "supportedlock":
		const entry = "<D:lockentry><D:lockscope><D:%s/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockentry>"
		return fmt.Sprintf(entry+entry, "exclusive", "shared"), true
	}
	return "", false
}

// appendLocks writes what is known of locks (section 14.1).
func (c *call) appendLocks(b []byte, all []held) []byte {
	for _, l := range all {
		scope, depth := "exclusive", "0"
		if l.shared {
			scope = "shared"
		}
		if l.deep {
			depth = "infinity"
		}
		fi, err := c.Share.stat(l.name)
		b = fmt.Appendf(b, "<D:activelock><D:locktype><D:write/></D:locktype><D:lockscope><D:%s/></D:lockscope>"+
			"<D:depth>%s</D:depth>", scope, depth)
		if l.owner != "" {
			b = append(append(append(b, "<D:owner>"...), l.owner...), "</D:owner>"...)
		}
		b = fmt.Appendf(b, "<D:timeout>Second-%d</D:timeout><D:locktoken><D:href>%s</D:href></D:locktoken>"+
			"<D:lockroot><D:href>%s</D:href></D:lockroot></D:activelock>",
			max(0, int(time.Until(l.until).Seconds())), l.token, c.href(l.name, err == nil && fi.IsDir()))
	}
	return b
}
