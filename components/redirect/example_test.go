package redirect_test

import (
	"github.com/kamaelia-go/kamaelia/components/redirect"
)

func Example() {
	table, err := redirect.NewTable([]redirect.Rule{
		{From: "/about", To: "/about.html"},                               // one path
		{From: "/blog/*", To: "https://blog.example.org/*", Status: 308},  // a path and all below it
		{Pattern: `/(\d+)/(\w+)`, To: "/archive/$1-$2.html", Status: 301}, // a regular expression
	})
	_, _ = table, err
}
