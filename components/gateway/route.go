package gateway

import (
	"os"
	"path"
	"strings"
)

// find says what script the path of a request leads to, below a prefix. slash says
// that it is a directory whose slash is missing. What it returns as an error is a
// *http1.Failure.
func (u *Upstream) find(prefix string, about *About) (slash bool, err error) {
	at := about.Request.Path
	below := strings.TrimPrefix(at, prefix)
	if strings.ContainsRune(at, 0) {
		return false, Refuse(400, "a NUL in the path")
	}
	about.Root = u.Documents
	if u.Root == "" {
		about.Name, about.Info = prefix, below
	} else {
		script, info, err := u.script(below)
		if err != nil {
			return false, err
		}
		about.Name, about.Info, about.File = prefix+script, info, u.file(script)
		slash = below == ""
	}
	if about.Info != "" && u.Documents != "" {
		about.Translated = path.Join(u.Documents, about.Info)
		if strings.HasSuffix(about.Info, "/") && about.Info != "/" {
			about.Translated += "/"
		}
	}
	return slash, nil
}

// script takes a path apart into the path of a script in the Root, and what
// follows.
func (u *Upstream) script(below string) (script, info string, err error) {
	for from := 0; from < len(below); {
		end := len(below)
		if i := strings.IndexByte(below[from+1:], '/'); i >= 0 {
			end = from + 1 + i
		}
		switch name := below[from+1 : end]; {
		case strings.HasPrefix(name, "."):
			return "", "", Refuse(404, "%q: there is no script of such a name", below)
		case u.isScript(name):
			if u.Fallback == "" || u.there(below[:end]) {
				return below[:end], below[end:], nil
			}
		}
		from = end
	}
	if below == "" || strings.HasSuffix(below, "/") {
		if index := "/" + strings.TrimPrefix(below+u.Index, "/"); u.Fallback == "" || u.there(index) {
			return index, "", nil
		}
	}
	if u.Fallback != "" {
		return u.Fallback, below, nil
	}
	return "", "", Refuse(404, "%q: no name on the path ends with %s", below, strings.Join(u.Extensions, " or "))
}

// isScript reports whether a name is that of a script.
func (u *Upstream) isScript(name string) bool {
	for _, ext := range u.Extensions {
		if len(name) > len(ext) && strings.HasSuffix(name, ext) {
			return true
		}
	}
	return false
}

// file returns the name of a file in the Root.
func (u *Upstream) file(script string) string { return strings.TrimSuffix(u.Root, "/") + script }

// there reports whether there is a file in the Root.
func (u *Upstream) there(script string) bool {
	info, err := os.Stat(u.file(script))
	return err == nil && info.Mode().IsRegular()
}
