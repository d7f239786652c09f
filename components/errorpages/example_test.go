package errorpages_test

import (
	"github.com/kamaelia-go/kamaelia/components/errorpages"
	"github.com/kamaelia-go/kamaelia/components/files"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

func Example() {
	tree := &files.Tree{Dir: "www"}
	book, err := errorpages.NewBook(map[string]string{"404": "/404.html", "5xx": "/oops.html"})
	server := &pipelines.Server{
		Errors: func() http1.ErrorPart { return &errorpages.Pages{Tree: tree, Book: book} },
	}
	_, _ = server, err
}
