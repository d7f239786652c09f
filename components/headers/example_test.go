package headers_test

import (
	"github.com/kamaelia-go/kamaelia/components/headers"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

func Example() {
	table, err := headers.NewTable([]headers.Rule{
		{Set: http1.Header{{Name: "X-Content-Type-Options", Value: "nosniff"}}},
		{Paths: []string{"*.html"}, Set: http1.Header{{Name: "Content-Security-Policy", Value: "default-src 'self'"}}},
		{Paths: []string{"/api/**"}, Remove: []string{"X-Powered-By"}},
	})
	_, _ = table, err
}
