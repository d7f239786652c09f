package metrics_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/ends"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/metrics"
)

func ExampleMeter() {
	exchanges := ends.Data(
		http1.Exchange{Request: &http1.Request{Method: "GET"}, Status: 200},
		http1.Exchange{Request: &http1.Request{Method: "GET"}, Status: 404},
		http1.Exchange{Request: &http1.Request{Method: "GET"}, Status: 200},
	)
	meter := &metrics.Meter{}
	if err := axon.Pipeline(exchanges, meter).Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	page := httptest.NewRecorder()
	meter.Handler().ServeHTTP(page, httptest.NewRequest("GET", "/metrics", nil))
	for line := range strings.Lines(page.Body.String()) {
		if strings.HasPrefix(line, "kamaelia_requests_total") {
			fmt.Print(line)
		}
	}
	// Output:
	// kamaelia_requests_total{method="GET",status="200"} 2
	// kamaelia_requests_total{method="GET",status="404"} 1
}
