// Makes one streamed chat completion and prints the bytes of the answer: ask BASE_URL [h2]
package main

import (
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

const body = `{"model":"gpt-4o","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"Name a river."}]}`

func main() {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	if len(os.Args) < 3 {
		transport.ForceAttemptHTTP2 = false
		transport.TLSClientConfig = &tls.Config{NextProtos: []string{"http/1.1"}}
		transport.TLSNextProto = map[string]func(string, *tls.Conn) http.RoundTripper{}
	}
	request, err := http.NewRequest("POST", os.Args[1]+"/v1/chat/completions", strings.NewReader(body))
	check(err)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer sk-test")
	response, err := (&http.Client{Transport: transport}).Do(request)
	check(err)
	read, err := io.ReadAll(response.Body)
	check(err)
	fmt.Printf("%d %s", response.StatusCode, read)
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
