/* Fetch a URL into a file by asynchronous WinINet; Ctrl-C cancels.
 * cl downloader.c wininet.lib          downloader.exe URL FILE          */
#include <windows.h>
#include <wininet.h>
#include <stdio.h>

#define PIECE 65536

typedef struct {
    HINTERNET request;      /* the last that HANDLE_CREATED has told */
    HANDLE ended;           /* set when the pending call has ended ... */
    DWORD error;            /* ... with this */
    HANDLE gone;            /* set when nothing more will be told */
    LONG closing;           /* whoever makes it 1 closes the request */
    ULONGLONG received;
} DOWNLOAD;

static DOWNLOAD download;

static void CALLBACK OnStatus(HINTERNET handle, DWORD_PTR context, DWORD status,
                              LPVOID info, DWORD length)
{
    DOWNLOAD *d = (DOWNLOAD *)context;
    INTERNET_ASYNC_RESULT *result = info;

    if (d == NULL)
        return;             /* the session's own handle has no context */
    switch (status) {
    case INTERNET_STATUS_HANDLE_CREATED:
        d->request = (HINTERNET)result->dwResult;
        break;
    case INTERNET_STATUS_REQUEST_COMPLETE:
        d->error = result->dwError;
        SetEvent(d->ended);
        break;
    case INTERNET_STATUS_HANDLE_CLOSING:
        if (handle == d->request)
            SetEvent(d->gone);
        break;
    }
}

/* What a call came to: at once, or when REQUEST_COMPLETE has been told. */
static DWORD Outcome(DOWNLOAD *d, BOOL succeeded)
{
    DWORD error = succeeded ? ERROR_SUCCESS : GetLastError();

    if (error != ERROR_IO_PENDING)
        return error;
    WaitForSingleObject(d->ended, INFINITE);
    return d->error;
}

/* Called by the program at its end, and by Ctrl-C on a thread of its own. */
static void Close(DOWNLOAD *d)
{
    if (d->request != NULL && InterlockedExchange(&d->closing, 1) == 0)
        InternetCloseHandle(d->request);
}

static BOOL WINAPI OnInterrupt(DWORD event)
{
    Close(&download);       /* the pending call ends with 12017 */
    return TRUE;
}

static DWORD Fetch(DOWNLOAD *d, HINTERNET session, const char *url, FILE *file)
{
    static char piece[PIECE];
    INTERNET_BUFFERSA buffers = { sizeof buffers };
    HINTERNET opened;
    DWORD error;

    opened = InternetOpenUrlA(session, url, NULL, 0, INTERNET_FLAG_RELOAD,
                              (DWORD_PTR)d);
    error = Outcome(d, opened != NULL);
    if (error != ERROR_SUCCESS)
        return error;
    for (;;) {
        buffers.lpvBuffer = piece;
        buffers.dwBufferLength = sizeof piece;
        error = Outcome(d, InternetReadFileExA(d->request, &buffers, 0, (DWORD_PTR)d));
        if (error != ERROR_SUCCESS || buffers.dwBufferLength == 0)
            return error;
        if (fwrite(piece, 1, buffers.dwBufferLength, file) != buffers.dwBufferLength)
            return ERROR_WRITE_FAULT;
        d->received += buffers.dwBufferLength;
        fprintf(stderr, "\r%llu bytes", d->received);
    }
}

int main(int argc, char **argv)
{
    HINTERNET session;
    FILE *file;
    DWORD error;

    if (argc != 3 || (file = fopen(argv[2], "wb")) == NULL)
        return 2;
    download.ended = CreateEvent(NULL, FALSE, FALSE, NULL);
    download.gone = CreateEvent(NULL, TRUE, FALSE, NULL);
    session = InternetOpenA("coffee/1.0", INTERNET_OPEN_TYPE_PRECONFIG, NULL, NULL,
                            INTERNET_FLAG_ASYNC);
    InternetSetStatusCallbackA(session, OnStatus);
    SetConsoleCtrlHandler(OnInterrupt, TRUE);

    error = Fetch(&download, session, argv[1], file);

    Close(&download);
    if (download.request != NULL)
        WaitForSingleObject(download.gone, INFINITE);
    InternetCloseHandle(session);
    fclose(file);
    if (error != ERROR_SUCCESS) {
        remove(argv[2]);
        fprintf(stderr, "\nerror %lu\n", error);
        return 1;
    }
    fprintf(stderr, "\nsaved %s\n", argv[2]);
    return 0;
}
