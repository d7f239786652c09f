package cgi

import (
	"net/url"
	"strings"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// arguments returns the words of an indexed query (RFC 3875 section 4.4): of a GET
// or a HEAD whose query has no "=" as it was sent. If one of the words is none, or
// looks like an option, there are none.
func (d *Dir) arguments(req *http1.Request) []string {
	if !d.Arguments || req.Query == "" || strings.Contains(req.Query, "=") || req.Method != "GET" && req.Method != "HEAD" {
		return nil
	}
	words := strings.Split(req.Query, "+")
	for i, word := range words {
		text, err := url.PathUnescape(word)
		if err != nil || strings.ContainsRune(text, 0) || strings.HasPrefix(text, "-") {
			return nil
		}
		words[i] = text
	}
	return words
}
