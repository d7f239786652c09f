package compress

import (
	"strings"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// DefaultTypes returns the media types that are coded unless Press.Types says
// otherwise: texts, and what else is not compressed by itself.
func DefaultTypes() []string {
	return []string{
		"text/*", "+json", "+xml", "+yaml",
		"application/json", "application/jsonl", "application/x-ndjson", "application/json-seq",
		"application/javascript", "application/xml", "application/yaml", "application/toml", "application/sql",
		"application/graphql", "application/rtf", "application/postscript", "application/wasm",
		"application/x-sh", "application/x-tar",
		"image/bmp", "image/vnd.microsoft.icon", "image/x-icon",
		"font/ttf", "font/otf", "font/collection", "application/vnd.ms-fontobject",
		"model/gltf-binary", "model/stl", "model/obj",
	}
}

// media is a set of media types.
type media struct {
	exact    map[string]bool // in lower case
	prefixes []string        // "text/"
	suffixes []string        // "+xml"
}

func newMedia(patterns []string) media {
	m := media{exact: map[string]bool{}}
	for _, p := range patterns {
		p = strings.ToLower(p)
		switch {
		case strings.HasPrefix(p, "+"):
			m.suffixes = append(m.suffixes, p)
		case strings.HasSuffix(p, "/*"):
			m.prefixes = append(m.prefixes, p[:len(p)-1])
		default:
			m.exact[p] = true
		}
	}
	return m
}

// has reports whether the value of a Content-Type field is of the set. Its
// parameters do not count.
func (m *media) has(contentType string) bool {
	t, _, _ := strings.Cut(contentType, ";")
	t = strings.ToLower(strings.TrimRight(t, " \t")) // no allocation as a rule
	if m.exact[t] {
		return true
	}
	for _, p := range m.prefixes {
		if strings.HasPrefix(t, p) {
			return true
		}
	}
	for _, s := range m.suffixes {
		if strings.HasSuffix(t, s) && strings.Contains(t, "/") {
			return true
		}
	}
	return false
}

// validPattern reports whether p is a media type, "type/*" or "+suffix".
func validPattern(p string) bool {
	if suffix, ok := strings.CutPrefix(p, "+"); ok {
		return http1.IsToken(suffix)
	}
	kind, sub, ok := strings.Cut(p, "/")
	return ok && http1.IsToken(kind) && (sub == "*" || http1.IsToken(sub) && !strings.Contains(sub, "*"))
}
