/* Reads QR codes from the camera: by the browser itself where it can, else by the decoder beside this file. */

const PAUSE = 120; // milliseconds between two looks
const WIDE = 640; // pixels of a picture the decoder gets

/** Shows the camera in `video` and calls `found(text)` for each code seen; gives the function that stops it. */
export async function start(video, decoder, found) {
  const wanted = { facingMode: "environment", width: { ideal: 1280 } };
  const stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
  video.srcObject = stream;
  await video.play();
  const read = await reader(decoder);
  let on = true;

  async function look() {
    if (!on) return;
    if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) {
      const text = await read(video).catch(() => "");
      if (text && on) found(text);
    }
    setTimeout(look, PAUSE);
  }
  look();

  return () => {
    on = false;
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  };
}

async function reader(decoder) {
  if ("BarcodeDetector" in window && (await window.BarcodeDetector.getSupportedFormats()).includes("qr_code")) {
    const detector = new window.BarcodeDetector({ formats: ["qr_code"] });
    return async (video) => (await detector.detect(video))[0]?.rawValue ?? "";
  }
  const { decodeQR } = await import(decoder);
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return async (video) => {
    const share = Math.min(1, WIDE / video.videoWidth);
    canvas.width = Math.round(video.videoWidth * share);
    canvas.height = Math.round(video.videoHeight * share);
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    return decodeQR(context.getImageData(0, 0, canvas.width, canvas.height)); // throws where there is none
  };
}
