package cgi

import (
	"cmp"
	"net"
	"net/netip"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// environment is what all scripts see. lookup reads the server's own environment.
func (d *Dir) environment(lookup func(string) (string, bool)) []string {
	path, ok := lookup("PATH")
	if !ok || path == "" {
		path = "/usr/local/bin:/usr/bin:/bin"
	}
	env := []string{"PATH=" + path}
	names := d.Pass
	if runtime.GOOS == "windows" { // nothing runs without these
		names = append([]string{"SystemRoot", "COMSPEC", "PATHEXT", "WINDIR"}, names...)
	}
	for _, name := range names {
		if value, ok := lookup(name); ok && name != "PATH" {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// variables returns the environment of a script for one request: the
// meta-variables of RFC 3875 section 4.1, and those that other servers set as
// well. length is that of the body, or -1 if there is none. What the Dir's Env
// says counts most.
func (d *Dir) variables(req *http1.Request, s *script, length int64) []string {
	env := slices.Grow(slices.Clone(d.base), 32+len(req.Header)+len(d.Env))
	set := func(name, value string) { env = append(env, name+"="+value) }
	set("GATEWAY_INTERFACE", "CGI/1.1")
	set("SERVER_SOFTWARE", cmp.Or(d.Software, "kamaelia"))
	set("SERVER_PROTOCOL", "HTTP/"+strconv.Itoa(req.Major)+"."+strconv.Itoa(req.Minor))
	set("REQUEST_METHOD", req.Method)
	set("REQUEST_URI", req.Target)
	set("QUERY_STRING", req.Query)
	set("SCRIPT_NAME", s.name)
	set("SCRIPT_FILENAME", s.file)
	set("DOCUMENT_ROOT", d.docs)
	set("REDIRECT_STATUS", "200") // php-cgi wants to know that it is no program of the user's
	if s.info != "" {
		set("PATH_INFO", s.info)
		set("PATH_TRANSLATED", filepath.Join(d.docs, filepath.FromSlash(s.info))+slashOf(s.info))
	}
	if length >= 0 {
		set("CONTENT_LENGTH", strconv.FormatInt(length, 10))
	}
	if value := req.Header.Get("Content-Type"); value != "" {
		set("CONTENT_TYPE", value)
	}
	if req.User != "" {
		set("AUTH_TYPE", req.AuthType)
		set("REMOTE_USER", req.User)
	}
	if id := req.ID(); id != "" {
		set("REQUEST_ID", id)
	}
	env = append(append(env, connection(req)...), d.fields(req)...)
	return append(env, d.Env...)
}

// slashOf returns the slash at the end of a path, which filepath.Join drops.
func slashOf(info string) string {
	if len(info) > 1 && info[len(info)-1] == '/' {
		return string(filepath.Separator)
	}
	return ""
}

// connection returns the variables that tell of the two ends of the connection.
func connection(req *http1.Request) []string {
	var local, remote net.Addr
	scheme := "http"
	var env []string
	if req.Conn != nil {
		local, remote = req.Conn.Local, req.Conn.Remote
		if req.Conn.TLS {
			scheme = "https"
			env = append(env, "HTTPS=on")
		}
	}
	here, port := endOf(local)
	there, from := endOf(remote)
	name := hostOf(req.Host)
	if name == "" {
		name = here
	}
	if port == "" { // a socket of Unix: the client's word is all there is
		port = cmp.Or(portOf(req.Host), map[string]string{"http": "80", "https": "443"}[scheme])
	}
	return append(env, "REQUEST_SCHEME="+scheme, "SERVER_NAME="+name, "SERVER_ADDR="+here, "SERVER_PORT="+port,
		"REMOTE_ADDR="+there, "REMOTE_HOST="+there, "REMOTE_PORT="+from)
}

// endOf returns the address and the port of one end. That of a socket of Unix has
// neither: it is this machine.
func endOf(addr net.Addr) (ip, port string) {
	if addr == nil || addr.Network() == "unix" {
		return "127.0.0.1", ""
	}
	at, err := netip.ParseAddrPort(addr.String())
	if err != nil {
		return addr.String(), ""
	}
	return at.Addr().Unmap().WithZone("").String(), strconv.Itoa(int(at.Port()))
}

// hostOf returns an authority's host; that of IPv6 has its brackets (RFC 3875
// section 4.1.14).
func hostOf(authority string) string {
	if colon := strings.LastIndexByte(authority, ':'); colon > strings.LastIndexByte(authority, ']') {
		return authority[:colon]
	}
	return authority
}

func portOf(authority string) string {
	if host := hostOf(authority); len(host)+1 < len(authority) {
		return authority[len(host)+1:]
	}
	return ""
}

// withheld are the fields that are no script's business: those of the connection,
// those that have a variable of their own, and those with secrets. HTTP_PROXY is
// taken by many programs for the address of a proxy to use.
var withheld = map[string]bool{
	"CONNECTION": true, "KEEP_ALIVE": true, "PROXY_CONNECTION": true, "TE": true, "TRAILER": true,
	"TRANSFER_ENCODING": true, "UPGRADE": true, "EXPECT": true,
	"CONTENT_LENGTH": true, "CONTENT_TYPE": true,
	"PROXY": true, "PROXY_AUTHORIZATION": true, "AUTHORIZATION": true,
}

// fields returns the HTTP_ variables (RFC 3875 section 4.1.18). Repeated fields
// are joined, and names that would become another's are left out.
func (d *Dir) fields(req *http1.Request) []string {
	env := make([]string, 0, len(req.Header))
	at := make(map[string]int, len(req.Header))
	for _, f := range req.Header {
		name, ok := variable(f.Name)
		if !ok || withheld[name] && !(name == "AUTHORIZATION" && d.Authorization) {
			continue
		}
		if i, again := at[name]; again {
			between := ", "
			if name == "COOKIE" {
				between = "; " // RFC 9113 section 8.2.3
			}
			env[i] += between + f.Value
			continue
		}
		at[name] = len(env)
		env = append(env, "HTTP_"+name+"="+f.Value)
	}
	return env
}

// variable makes a variable's name of a field's. A field whose own name has an
// underscore could pass for another, so it has none.
func variable(field string) (string, bool) {
	name := []byte(field)
	for i, c := range name {
		switch {
		case 'a' <= c && c <= 'z':
			name[i] = c - 'a' + 'A'
		case 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case c == '-':
			name[i] = '_'
		default:
			return "", false
		}
	}
	return string(name), true
}
