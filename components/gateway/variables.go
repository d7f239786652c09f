package gateway

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// Variables say what programs are told beside what every request tells.
type Variables struct {
	// Env are more variables, as KEY=VALUE. They count more than others.
	Env []string

	// Authorization says to pass that field on, with the password that is in it.
	Authorization bool

	// Software is what SERVER_SOFTWARE says; "" means kamaelia.
	Software string
}

// Validate reports what is wrong with the options.
func (v *Variables) Validate() error {
	for _, kv := range v.Env {
		if i := strings.IndexByte(kv, '='); i < 1 || strings.ContainsRune(kv, 0) {
			return fmt.Errorf("variable %q: want KEY=VALUE", kv)
		}
	}
	return nil
}

// About is what the variables of one request are made of.
type About struct {
	Request    *http1.Request
	Name       string // of the script, SCRIPT_NAME, not encoded
	Info       string // PATH_INFO
	Translated string // PATH_TRANSLATED; "" if there is none
	File       string // SCRIPT_FILENAME; "" if there is none
	Root       string // DOCUMENT_ROOT; "" if there is none
	Length     int64  // of the body; -1 if there is none
	Ends       *Ends  // what is known of the connection; nil means to look
}

// Each calls set with each variable: the meta-variables of RFC 3875 section 4.1,
// those that other servers set as well, and Env.
func (v *Variables) Each(a *About, set func(name, value string)) {
	to := set
	if len(v.Env) > 0 {
		to = func(name, value string) {
			if !v.given(name) {
				set(name, value)
			}
		}
	}
	req := a.Request
	to("GATEWAY_INTERFACE", "CGI/1.1")
	to("SERVER_SOFTWARE", cmp.Or(v.Software, "kamaelia"))
	to("SERVER_PROTOCOL", protocol(req))
	to("REQUEST_METHOD", req.Method)
	to("REQUEST_URI", req.Target)
	to("QUERY_STRING", req.Query)
	to("SCRIPT_NAME", a.Name)
	to("REDIRECT_STATUS", "200") // php-cgi wants to know that it is no program of the user's
	if a.Length >= 0 {
		to("CONTENT_LENGTH", strconv.FormatInt(a.Length, 10))
	}
	optional := func(name, value string) {
		if value != "" {
			to(name, value)
		}
	}
	optional("SCRIPT_FILENAME", a.File)
	optional("DOCUMENT_ROOT", a.Root)
	if a.Info != "" || a.File == "" { // an application looks for it at any rate
		to("PATH_INFO", a.Info)
	}
	optional("PATH_TRANSLATED", a.Translated)
	optional("CONTENT_TYPE", req.Header.Get("Content-Type"))
	if req.User != "" {
		to("AUTH_TYPE", req.AuthType)
		to("REMOTE_USER", req.User)
	}
	optional("REQUEST_ID", req.ID())
	ends := a.Ends
	if ends == nil {
		ends = new(Ends)
	}
	ends.Of(req.Conn)
	ends.each(req.Host, to)
	v.fields(req, to)
	for _, kv := range v.Env {
		name, value, _ := strings.Cut(kv, "=")
		set(name, value)
	}
}

func protocol(req *http1.Request) string {
	if req.Major == 1 && req.Minor == 1 {
		return "HTTP/1.1"
	}
	return "HTTP/" + strconv.Itoa(req.Major) + "." + strconv.Itoa(req.Minor)
}

// given reports whether Env has a variable.
func (v *Variables) given(name string) bool {
	for _, kv := range v.Env {
		if len(kv) > len(name) && kv[len(name)] == '=' && kv[:len(name)] == name {
			return true
		}
	}
	return false
}
